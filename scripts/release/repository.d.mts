export declare const PLACEHOLDER: string;
export declare function repositoryOf(manifest: {
  name: string;
  repository?: { url?: string };
  homepage?: string;
  bugs?: string;
}): { owner: string | undefined; problems: string[] };
