/** A reader of files, with how to damage what it reads; index.mjs tells more. */
export interface Reader {
  name: string;
  covers: readonly string[];
}

export const READERS: readonly Reader[];
