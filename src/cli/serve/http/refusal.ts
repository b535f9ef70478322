import { SteepestError } from '../../../core/errors.js';

/** What the server's own refusals are called, beside the codes of SteepestError. */
export type RefusalCode =
  | 'ERR_JSON'
  | 'ERR_BODY'
  | 'ERR_BODY_LIMIT'
  | 'ERR_CONTENT_TYPE'
  | 'ERR_METHOD'
  | 'ERR_PATH'
  | 'ERR_REQUEST'
  | 'ERR_HEADERS_LIMIT'
  | 'ERR_TIMEOUT'
  | 'ERR_OVERLOADED'
  | 'ERR_INTERNAL';

/** The parts of a refusal's answer. */
export interface RefusalParts {
  status: number;
  code: string;
  expected: string;
  given: string;
  hint: string;
  /** Where in the body: `rows[3].tenure`. */
  path?: string | undefined;
  headers?: Readonly<Record<string, string>>;
}

/** An answer that is an error. It is made for the client, and is no fault of the server. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(private readonly parts: RefusalParts) {
    super(`expected ${parts.expected}, given ${parts.given}. ${parts.hint}`);
    this.status = parts.status;
    this.code = parts.code;
    this.headers = parts.headers ?? {};
  }

  /** The body of the answer. */
  toJson(): string {
    const { code, expected, given, hint, path } = this.parts;
    return `${JSON.stringify({ error: { code, message: this.message, expected, given, hint, path } })}\n`;
  }
}

const BAD_REQUEST = 400;

/** Refuses a part of a request's body. */
export function refuseBody(
  code: RefusalCode | SteepestError['code'],
  path: string | undefined,
  parts: { expected: string; given: string; hint: string },
): never {
  throw new Refusal({ status: BAD_REQUEST, code, path, ...parts });
}

/** Codes of errors that the rows of a request can cause. */
const OF_ROWS: readonly string[] = [
  'ERR_SHAPE',
  'ERR_RAGGED',
  'ERR_NOT_FINITE',
  'ERR_LABEL_RANGE',
  'ERR_EMPTY',
  'ERR_ARGUMENT',
  'ERR_UNKNOWN_NAME',
] satisfies SteepestError['code'][];

/** True for an error of a prediction that other rows would not have caused. */
export const isOfRows = (error: unknown): error is SteepestError =>
  error instanceof SteepestError && OF_ROWS.includes(error.code);

/** An error of a prediction as the answer to the request whose rows caused it. */
export function ofRows({ code, expected, given, hint }: SteepestError, path: string): Refusal {
  return new Refusal({ status: BAD_REQUEST, code, path, expected, given, hint });
}
