import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { messageOf, show } from '../../../core/show.js';
import { overloaded } from '../batch/batcher.js';
import { Refusal, refuseBody } from './refusal.js';

const TOO_LARGE = 413;
const UNSUPPORTED = 415;

function tooLarge(most: number, given: string): Refusal {
  return new Refusal({
    status: TOO_LARGE,
    code: 'ERR_BODY_LIMIT',
    expected: `a body of at most ${most} bytes`,
    given,
    hint: 'Send fewer rows per request, or start the server with a larger --max-body.',
  });
}

function unsupported(expected: string, given: string, hint: string): never {
  throw new Refusal({ status: UNSUPPORTED, code: 'ERR_CONTENT_TYPE', expected, given, hint });
}

/** `application/json`, perhaps with `charset=utf-8`. */
const JSON_TYPE = /^application\/json[\t ]*(?:;[\t ]*charset[\t ]*=[\t ]*"?utf-?8"?[\t ]*)?;?[\t ]*$/i;

/**
 * Refuses a body by its headers, before any of it is read.
 * @throws Refusal 413 or 415
 */
export function checkHeaders({ headers }: IncomingMessage, most: number): void {
  const { 'content-type': type, 'content-encoding': encoding, 'content-length': length } = headers;
  if (type === undefined || !JSON_TYPE.test(type)) {
    unsupported(
      'content-type application/json',
      type === undefined ? 'none' : show(type),
      "Send it as header 'content-type: application/json'; curl does with --json.",
    );
  }
  if (encoding !== undefined && encoding !== 'identity') {
    unsupported('a body without content-encoding', show(encoding), 'Send it uncompressed.');
  }
  if (length !== undefined && Number(length) > most) throw tooLarge(most, length);
}

/** The bytes of all bodies that are being read, which together have a limit. */
export class BodyRoom {
  private used = 0;

  constructor(
    private readonly most: number,
    private readonly mostTogether: number,
  ) {}

  /** Bytes of bodies that are being read. */
  get bytes(): number {
    return this.used;
  }

  /**
   * The whole body. Undefined if the client goes before its end.
   * @throws Refusal 413 for a body beyond the limit, 503 if all bodies together are
   */
  read(request: IncomingMessage): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const settle = (): void => {
        this.used -= bytes;
        bytes = 0;
        request.removeListener('data', take).removeListener('end', end).removeListener('close', gone);
      };
      const refuse = (refusal: Refusal): void => {
        settle();
        reject(refusal);
      };
      const take = (chunk: Buffer): void => {
        bytes += chunk.length;
        this.used += chunk.length;
        chunks.push(chunk);
        if (bytes > this.most) refuse(tooLarge(this.most, 'more'));
        else if (this.used > this.mostTogether) refuse(overloaded('too many bodies at once'));
      };
      const end = (): void => {
        settle();
        resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
      };
      const gone = (): void => {
        settle();
        resolve(undefined);
      };
      request.on('data', take).on('end', end).on('close', gone);
    });
  }
}

/** A body as a value. @throws Refusal 400 for what is no JSON in UTF-8 */
export function parseBody(body: Buffer): unknown {
  if (!isUtf8(body)) {
    refuseBody('ERR_JSON', undefined, {
      expected: 'a body of JSON in UTF-8',
      given: 'other bytes',
      hint: 'Encode it as UTF-8.',
    });
  }
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    return refuseBody('ERR_JSON', undefined, {
      expected: 'a body of JSON',
      given: body.length === 0 ? 'an empty one' : show(messageOf(error)),
      hint: 'Names and texts are in double quotes; NaN is not part of JSON: a gap is null.',
    });
  }
}
