import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/trackedFiles.js';

const FOLDER = '.github/workflows';
const files = readdirSync(join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`);
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** What a job of a workflow may write besides: an identity to publish with, the site. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  'publish.yml': ['id-token'],
  'docs.yml': ['pages', 'id-token'],
};

/** An action at a commit, with its version for people and for Dependabot. */
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

/** What a workflow runs that is not its repository's own: what follows `uses:`. */
function uses(workflow: string): string[] {
  return [...workflow.matchAll(/^\s*(?:-\s+)?["']?uses["']?\s*:\s*(.+?)\s*$/gm)]
    .map(([, what]) => what!)
    .filter((what) => !what.startsWith('./'));
}

const unpinned = (workflow: string) => uses(workflow).filter((what) => !PINNED.test(what));

/** The part of a workflow that a heading of `indent` spaces begins, without comments. */
function section(workflow: string, heading: string, indent: number): string {
  const settings = workflow.replace(/^\s*#.*\n/gm, '');
  const spaces = ' '.repeat(indent);
  const [, rest] = settings.split(`\n${spaces}${heading}\n`);
  return rest?.split(new RegExp(`^${spaces}\\S`, 'm'))[0] ?? '';
}

describe('the pins of actions', () => {
  it.each([
    ['a tag', '      - uses: actions/checkout@v7', 'actions/checkout@v7'],
    ['a full version', '        uses: actions/checkout@v7.0.1 # pinned', 'actions/checkout@v7.0.1 # pinned'],
    ['a branch', "      - uses: 'actions/checkout@main'", "'actions/checkout@main'"],
    [
      'a short commit',
      '      - uses: actions/checkout@3d3c42e # v7.0.1',
      'actions/checkout@3d3c42e # v7.0.1',
    ],
    ['no version', `      - uses: a/b@${'0'.repeat(40)}`, `a/b@${'0'.repeat(40)}`],
    ['an image', '      - "uses": docker://alpine:3.22', 'docker://alpine:3.22'],
  ])('%s is none', (_, line, found) => {
    expect(unpinned(`steps:\n${line}\n`)).toEqual([found]);
  });

  it('a commit with its version is one, and so is a workflow of this repository', () => {
    const text = `      - uses: a/b/c@${'9'.repeat(40)} # v1.2.3\n    uses: ./.github/workflows/package.yml\n`;
    expect(unpinned(text)).toEqual([]);
    expect(uses(text)).toHaveLength(1);
  });

  it('are in every workflow, one commit for each action', () => {
    const all = files.flatMap((file) => uses(read(file)));
    expect(all.length).toBeGreaterThan(10);
    expect(files.flatMap((file) => unpinned(read(file)).map((what) => `${file}: ${what}`))).toEqual([]);
    const actions = all.map((what) => what.split('@')[0]);
    expect(new Set(all).size).toBe(new Set(actions).size);
  });

  it('are raised by Dependabot', () => {
    expect(read('.github/dependabot.yml')).toMatch(
      /^ {2}- package-ecosystem: github-actions\n {4}directory: \/$/m,
    );
  });
});

describe.each(files)('%s', (file) => {
  const workflow = read(file);

  it('leaves no credentials behind where it checks out', () => {
    const steps = workflow.split(/^ {6}- /m).filter((step) => step.includes('uses: actions/checkout@'));
    for (const step of steps) expect(step).toMatch(/^ {10}persist-credentials: false$/m);
  });

  it('has no right but to read, unless a job says so', () => {
    expect(workflow).toMatch(/^permissions: \{\}$|^permissions:\n {2}contents: read\n(?! )/m);
    const rights = [...workflow.matchAll(/^\s+([a-z-]+): (write|admin)$/gm)].map(([, right]) => right);
    expect(rights).toEqual(RIGHTS[basename(file)] ?? []);
    expect(workflow).not.toMatch(/write-all|pull_request_target|workflow_run/);
  });

  it('puts no text of an event into a script', () => {
    const scripts = [...workflow.matchAll(/^(\s*)(?:- )?run: [|>]?.*\n(?:\1 {2,}.*\n)*/gm)].map(
      ([text]) => text,
    );
    expect(scripts.filter((text) => /\$\{\{\s*(github\.(event|ref|head)|inputs)/.test(text))).toEqual([]);
  });
});

describe('the workflow that publishes', () => {
  const workflow = read(`${FOLDER}/publish.yml`);

  it('waits for the environment npm, which CONTRIBUTING.md says how to protect', () => {
    const job = section(workflow, 'publish:', 2);
    expect(job).toMatch(/^ {4}environment: npm$/m);
    expect(job).toMatch(/npm publish/);
    const guide = read('CONTRIBUTING.md');
    for (const words of ['environment `npm`', 'Required reviewers', '--environment npm', 'tag ruleset']) {
      expect(guide).toContain(words);
    }
  });

  it('takes nothing from a cache', () => {
    for (const file of ['publish.yml', 'package.yml', 'docs.yml']) {
      const text = read(`${FOLDER}/${file}`);
      expect(text).not.toMatch(/^\s+cache: /m);
      const nodes = text.split(/^ {6}- /m).filter((step) => step.includes('uses: actions/setup-node@'));
      expect(nodes).toHaveLength(1);
      expect(nodes[0]).toMatch(/^ {10}package-manager-cache: false$/m);
    }
  });
});

describe('the workflow that publishes the docs site', () => {
  const workflow = read(`${FOLDER}/docs.yml`);

  it('builds without a right and publishes without code of the repository', () => {
    expect(section(workflow, 'build:', 2)).not.toMatch(/: write$/m);
    const job = section(workflow, 'publish:', 2);
    expect(job).toMatch(/^ {6}name: github-pages$/m);
    expect(job).not.toMatch(/run:|actions\/checkout/);
    expect(read('CONTRIBUTING.md')).toContain('environment `github-pages`');
  });
});
