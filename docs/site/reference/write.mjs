// Writes the API reference: pages of Markdown from the doc comments of src/, one for each public
// name, a list for each group of names, and the site's sidebar of them.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, ReflectionKind } from 'typedoc';
import { groupTitles, slugOf } from './groups.mjs';
import { grouped, pageOf, writtenName } from './plugin.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..', '..');
const out = join(here, '..', 'api');

/** What users import, and types that have no name of their own there but say what options are. */
const ENTRIES = ['src/index.ts', 'src/kernels/index.ts', 'src/report/index.ts', 'docs/site/reference/types.ts'];

const OPTIONS = {
  entryPoints: ENTRIES.map((file) => join(root, file)).filter(existsSync),
  tsconfig: join(here, 'tsconfig.json'),
  plugin: ['typedoc-plugin-markdown', join(here, 'plugin.mjs')],
  router: 'groups',
  out,
  readme: 'none',
  logLevel: 'Warn',
  excludePrivate: true,
  excludeProtected: true,
  excludeInternal: true,
  excludeExternals: true,
  // The files of the names decide on their groups; the pages do not show them.
  disableGit: true,
  sourceLinkTemplate: '{path}',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  tableColumnSettings: { hideSources: true, hideInherited: true, hideOverrides: true },
  requiredToBeDocumented: ['Class', 'Function', 'Variable', 'TypeAlias', 'Method', 'Accessor'],
  validation: { notExported: false, invalidLink: true, notDocumented: true },
};

const KINDS = [
  ['Classes', ReflectionKind.Class],
  ['Functions', ReflectionKind.Function],
  ['Values', ReflectionKind.Variable],
  ['Types', ReflectionKind.Interface | ReflectionKind.TypeAlias],
];

/** The first sentence of a doc comment, on one line of a table. */
function summaryOf(reflection) {
  const comment = reflection.comment ?? reflection.signatures?.[0].comment;
  const text = (comment?.summary ?? []).map((part) => part.text).join('').replace(/\s+/g, ' ');
  const [sentence] = /^.*?[.:](?= |$)/.exec(text) ?? [text];
  return sentence.replace(/:$/, '.').replaceAll('|', '\\|');
}

function groupPage(title, entries) {
  const lists = KINDS.map(([kind, mask]) => {
    const rows = entries
      .filter(({ reflection }) => reflection.kindOf(mask))
      .map(({ name, file, reflection }) => `| [\`${name}\`](./${file}) | ${summaryOf(reflection)} |`);
    return rows.length === 0 ? '' : `\n## ${kind}\n\n| name | |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return `# ${title}\n${lists.join('')}`;
}

/** Lists of the groups, and the sidebar. */
function writeLists() {
  const sidebar = groupTitles.map((title) => {
    const folder = slugOf(title);
    const entries = grouped()
      .filter(([, group]) => group === title)
      .map(([reflection]) => ({
        reflection,
        name: writtenName(reflection),
        file: pageOf(reflection).slice(folder.length + 1),
      }))
      .sort((a, b) => a.name.localeCompare(b.name, 'en'));
    if (entries.length === 0) return undefined;
    writeFileSync(join(out, folder, 'index.md'), groupPage(title, entries));
    const items = entries
      .filter(({ reflection }) => !reflection.kindOf(KINDS[3][1]))
      .map(({ name, file }) => ({ text: name, link: `/api/${folder}/${file.replace(/\.md$/, '')}` }));
    return { text: title, link: `/api/${folder}/`, collapsed: true, items };
  });
  const groups = sidebar.filter((group) => group !== undefined);
  writeFileSync(join(out, 'sidebar.json'), JSON.stringify(groups));
  const list = groups.map(({ text, link, items }) => `- [${text}](${link.slice(4)}): ${items.length} names`);
  writeFileSync(join(out, 'index.md'), `# API reference\n\n${list.join('\n')}\n`);
}

/** @throws Error if a comment is wrong or missing: typedoc has said where */
export async function writeReference() {
  rmSync(out, { recursive: true, force: true });
  const app = await Application.bootstrapWithPlugins(OPTIONS);
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc: the sources do not compile');
  app.validate(project);
  mkdirSync(out, { recursive: true });
  await app.generateOutputs(project);
  for (const leftover of ['README.md', 'modules']) rmSync(join(out, leftover), { recursive: true, force: true });
  writeLists();
  const { errorCount, warningCount } = app.logger;
  if (errorCount + warningCount > 0) throw new Error(`typedoc: ${errorCount} errors, ${warningCount} warnings`);
}
await writeReference();
