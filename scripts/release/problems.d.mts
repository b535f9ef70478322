export declare function releaseProblems(
  folder: string,
  release: { tag: string; repository?: string; npm?: string },
): string[];
