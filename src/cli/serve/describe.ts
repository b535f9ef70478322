import type { LoadedModel } from './model/loadServed.js';
import type { RowReader } from './model/rows.js';
import type { ServeOptions } from './options.js';

/** What `GET /` answers: the model, what it takes, and how to ask it. */
export function describeServer(
  { served, digest, loadedAt, file, example: row }: LoadedModel,
  { maxBodyBytes, maxQueue, maxBatch, timeoutMs }: ServeOptions,
  version: string,
): object {
  const { info, reader } = served;
  const body = row && { row, ...(info.whyNoProbabilities === undefined ? { proba: true } : {}) };
  return {
    model: {
      type: info.type,
      text: info.text,
      task: info.task,
      classes: info.classes,
      probabilities: info.whyNoProbabilities === undefined,
      outputs: info.outputs,
      file,
      sha256: digest,
      loadedAt: loadedAt.toISOString(),
    },
    inputs: describeInputs(reader),
    example: body && { method: 'POST', path: '/predict', contentType: 'application/json', body },
    limits: {
      bodyBytes: maxBodyBytes,
      queue: maxQueue,
      batchRows: maxBatch,
      timeoutSeconds: timeoutMs / 1000,
    },
    server: `steepest ${version}`,
  };
}

function describeInputs({ inputs }: RowReader): object {
  const { names, types, imageShape, forms, missing } = inputs;
  if (names !== undefined) {
    const columns = names.map((name, position) => {
      const form = forms?.[position];
      const type = form?.type ?? types[position] ?? 'unused';
      return {
        name,
        position,
        type,
        ...(form?.type === 'date' ? { format: form.format || 'ISO 8601' } : {}),
      };
    });
    return { rows: 'objects by name, or lists in this order', columns, missing };
  }
  const list = { rows: 'lists', length: types.length };
  if (imageShape !== undefined) return { ...list, type: 'number', image: imageShape };
  const isSame = types.every((type) => type === types[0]);
  return { ...list, ...(isSame ? { type: types[0] } : { types: types.map((type) => type ?? 'unused') }) };
}
