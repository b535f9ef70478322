/** Several files in one, for readers of folders and of several files. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each with its length before it. */
export function joined(files) {
  return Buffer.concat(
    files.flatMap((file) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(file.length);
      return [length, file];
    }),
  );
}

/** The files again, as far as the bytes go. */
export function parted(bytes) {
  const files = [];
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= view.length; ) {
    const length = view.readUInt32LE(at);
    files.push(view.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return files;
}

/** A folder that has the files of `bytes` under these names, and none that is not there. */
export function unpackInto(folder, names, bytes) {
  mkdirSync(folder, { recursive: true });
  const files = parted(bytes);
  names.forEach((name, k) => {
    if (files[k] === undefined) rmSync(join(folder, name), { force: true });
    else writeFileSync(join(folder, name), files[k]);
  });
  return folder;
}
