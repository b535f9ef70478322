// Where the project lives, as package.json says it: three addresses, which have to name one
// repository. npm refuses a provenance statement when `repository` is not the one that the workflow
// ran in, and its page resolves README's links by it.

/** Stands for the GitHub account until there is one. No account can have this name. */
export const PLACEHOLDER = '__owner__';

const REPOSITORY = /^git\+(https:\/\/github\.com\/([^/]+)\/([^/]+))\.git$/;

/**
 * @param {{ name: string, repository?: { url?: string },
 * homepage?: string, bugs?: string }} manifest package.json
 * @returns {{ owner: string | undefined, problems: string[]
 * }} problems: what does not agree, a sentence each
 */
export function repositoryOf({ name, repository, homepage, bugs }) {
  const [, address, owner, project] = REPOSITORY.exec(repository?.url ?? '') ?? [];
  if (owner === undefined) {
    const wanted = `git+https://github.com/<account>/${name}.git`;
    return { owner, problems: [`package.json: repository.url should be ${wanted}, not ${repository?.url}`] };
  }
  const problems = [];
  const expect = (key, given, wanted) => {
    if (given !== wanted) problems.push(`package.json: ${key} should be ${wanted}, not ${given}`);
  };
  expect('the repository', project, name);
  expect('homepage', homepage, `${address}#readme`);
  expect('bugs', bugs, `${address}/issues`);
  return { owner, problems };
}
