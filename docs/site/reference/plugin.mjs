// What the reference needs of typedoc: each name has a page of its own in the folder of its group,
// titled as users write it.
import { Converter, PageEvent, ReflectionFlag, ReflectionKind } from 'typedoc';
import { MemberRouter } from 'typedoc-plugin-markdown';
import { groupOf, slugOf } from './groups.mjs';

const HAVE_PAGES =
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Function |
  ReflectionKind.Variable;

/** The group of each reflection that has a page. */
const groups = new Map();

/** What has a page. @returns {[reflection: import('typedoc').Reflection, group: string][]} */
export const grouped = () => [...groups];

/** The name as users write it: `metrics.f1Score`. */
export const writtenName = ({ name, parent }) =>
  parent?.kindOf(ReflectionKind.Namespace) ? `${parent.name}.${name}` : name;

/** Files of `Pipeline` and `pipeline` need names that differ on every file system. */
function fileName(reflection) {
  const written = writtenName(reflection);
  const isTwin = ([other]) =>
    other !== reflection && writtenName(other).toLowerCase() === written.toLowerCase();
  const suffix = reflection.kindOf(ReflectionKind.Function) && grouped().some(isTwin) ? '-function' : '';
  // Of `data.csv` vitepress takes `.csv` for the kind of the file.
  return written.replace('.', '-') + suffix;
}

let router;
/** The page of a reflection, from the reference's folder on. */
export const pageOf = (reflection) => router.getFullUrl(reflection);

class GroupRouter extends MemberRouter {
  constructor(...args) {
    super(...args);
    router = this;
  }

  getIdealBaseName(reflection) {
    const group = groups.get(reflection);
    return group === undefined ? `modules/${reflection.name}` : `${slugOf(group)}/${fileName(reflection)}`;
  }
}

/** `layers.dense` takes `Omit<C, 'type'>` of a generic maker; say which options these are. */
function nameOptions(project) {
  const layers = project
    .getReflectionsByKind(ReflectionKind.Variable)
    .find(({ name, type }) => name === 'layers' && type.declaration);
  for (const { signatures, type } of layers.type.declaration.children) {
    const [signature] = signatures ?? type.declaration.signatures;
    for (const parameter of signature.parameters) {
      parameter.type = signature.type;
      if (parameter.defaultValue !== undefined) parameter.setFlag(ReflectionFlag.Optional, true);
      parameter.defaultValue = undefined;
    }
  }
}

/** Where a member comes from inside the package, which is of no use to readers. */
const DESCENT =
  /^#+ (?:Extends|Extended by|Implements|Implementation of|Inherited from|Overrides)\n\n(?:(?!#|\*\*\*).*\n)*/gm;

const TAKES_AND_RETURNS = /^#### Parameters\n\n(?:\|.*\n)+\n#### Returns\n\n(.*)\n/gm;

const sourceOf = (reflection) => (reflection.sources ?? reflection.signatures[0].sources)[0].fullFileName;

export function load(app) {
  app.renderer.defineRouter('groups', GroupRouter);
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    groups.clear();
    for (const reflection of project.getReflectionsByKind(HAVE_PAGES)) {
      if (!reflection.parent.kindOf(ReflectionKind.Namespace | ReflectionKind.Module)) continue;
      groups.set(reflection, groupOf(sourceOf(reflection).split('/src/').pop()));
    }
    for (const reflection of Object.values(project.reflections)) delete reflection.sources;
    nameOptions(project);
  });
  app.renderer.on(PageEvent.END, (page) => {
    if (!groups.has(page.model)) return;
    page.contents = page.contents.replace(DESCENT, '').replace(/^# .*$/m, `# ${writtenName(page.model)}`);
    // Each layer takes its options and returns them complete.
    if (page.model.name === 'layers')
      page.contents = page.contents.replace(TAKES_AND_RETURNS, 'Options: $1.\n');
  });
}
