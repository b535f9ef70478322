// Writes the API reference: pages of Markdown from the doc comments of src/, one for each public
// name, a list for each group of names, and the site's sidebar of them.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, ReflectionKind } from 'typedoc';
import { groups, slugOf } from './groups.mjs';
import { grouped, pageOf, writtenName } from './plugin.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..', '..');
const out = join(here, '..', 'api');

/** What users import, and types that have no name of their own there but say what options are. */
const ENTRIES = [
  'src/index.ts',
  'src/kernels/index.ts',
  'src/report/index.ts',
  'docs/site/reference/types.ts',
];

/** Parts of other packages' objects that are named in passing. */
const PARTS = [
  'src.data.BlobSource.slice.__type.arrayBuffer',
  'src.data.CsvSource.__type.getReader',
  'src.TunedThresholdClassifierCVParams.scoring.__type.predict',
];

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
  sanitizeComments: true,
  useHTMLEncodedBrackets: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  tableColumnSettings: { hideSources: true, hideInherited: true, hideOverrides: true },
  // Interfaces are options and results, whose names say of what.
  requiredToBeDocumented: ['Class', 'Function', 'Variable', 'TypeAlias', 'Method', 'GetSignature'],
  intentionallyNotDocumented: PARTS,
  validation: { notExported: false, invalidLink: true, notDocumented: true },
};

const INDEX = `# API reference

Every public name, with its types, options, defaults and errors. The guides say when to use which.
`;

const TYPES = ReflectionKind.Interface | ReflectionKind.TypeAlias;
const KINDS = [
  ['Classes', ReflectionKind.Class],
  ['Functions', ReflectionKind.Function],
  ['Values', ReflectionKind.Variable],
  ['Types', TYPES],
];

/** The first sentence of a doc comment, on one line of a table. */
function summaryOf(reflection) {
  const comment = reflection.comment ?? reflection.signatures?.[0].comment;
  const text = (comment?.summary ?? [])
    .map((part) => part.text)
    .join('')
    .replace(/\s+/g, ' ');
  const [sentence] = /^.*?[.:](?= |$)/.exec(text) ?? [text];
  return sentence.replace(/:$/, '.').replaceAll('|', '\\|');
}

function groupPage({ title, about }, entries) {
  const lists = KINDS.map(([kind, mask]) => {
    const rows = entries
      .filter(({ reflection }) => reflection.kindOf(mask))
      .map(({ name, file, reflection }) => `| [\`${name}\`](./${file}) | ${summaryOf(reflection)} |`);
    return rows.length === 0 ? '' : `\n## ${kind}\n\n| name | |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return `# ${title}\n\n${about}\n${lists.join('')}`;
}

/** Writes the list of a group. @returns its part of the sidebar; undefined for none */
function writeGroup(group) {
  const folder = slugOf(group.title);
  const entries = grouped()
    .filter(([, title]) => title === group.title)
    .map(([reflection]) => ({
      reflection,
      name: writtenName(reflection),
      file: pageOf(reflection).slice(folder.length + 1),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  if (entries.length === 0) return undefined;
  writeFileSync(join(out, folder, 'index.md'), groupPage(group, entries));
  const items = entries
    .filter(({ reflection }) => !reflection.kindOf(TYPES))
    .map(({ name, file }) => ({ text: name, link: `/api/${folder}/${file.replace(/\.md$/, '')}` }));
  return { text: group.title, link: `/api/${folder}/`, items };
}

/** Lists of the groups, a list of the lists, and the sidebar. */
function writeLists() {
  const parts = groups.map((group) => ({ ...group, part: writeGroup(group) })).filter(({ part }) => part);
  const rows = parts.map(({ title, about, part }) => `| [${title}](${part.link}index.md) | ${about} |`);
  writeFileSync(join(out, 'index.md'), `${INDEX}\n| | |\n|---|---|\n${rows.join('\n')}\n`);
  writeFileSync(join(out, 'sidebar.json'), JSON.stringify(parts.map(({ part }) => part)));
}

/** @returns {Promise<number>} how many names have a page @throws Error if a comment is wrong or missing: typedoc has said where */
export async function writeReference() {
  rmSync(out, { recursive: true, force: true });
  const app = await Application.bootstrapWithPlugins(OPTIONS);
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc: the sources do not compile');
  app.validate(project);
  mkdirSync(out, { recursive: true });
  await app.generateOutputs(project);
  for (const leftover of ['README.md', 'modules'])
    rmSync(join(out, leftover), { recursive: true, force: true });
  writeLists();
  const { errorCount, warningCount } = app.logger;
  if (errorCount + warningCount > 0)
    throw new Error(`typedoc: ${errorCount} errors, ${warningCount} warnings`);
  return grouped().length;
}
