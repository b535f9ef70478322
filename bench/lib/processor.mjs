// Which processor figures belong to. The name that a virtual machine gives, “AMD EPYC”, says
// little: family and model of the processor, where the system tells them, say which design it is.
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** Models of AMD's families, as Linux tells its designs apart (arch/x86/kernel/cpu/amd.c). */
const AMD_DESIGNS = [
  { family: 25, models: [0x00, 0x0f], name: 'Zen 3' },
  { family: 25, models: [0x20, 0x5f], name: 'Zen 3' },
  { family: 25, models: [0x10, 0x1f], name: 'Zen 4' },
  { family: 25, models: [0x60, 0xaf], name: 'Zen 4' },
  { family: 26, models: [0x00, 0x2f], name: 'Zen 5' },
  { family: 26, models: [0x40, 0x4f], name: 'Zen 5' },
  { family: 26, models: [0x60, 0x7f], name: 'Zen 5' },
];

/** The fields of the first processor in /proc/cpuinfo. */
function fieldsOf(cpuinfo) {
  const [first = ''] = cpuinfo.split(/\n\s*\n/);
  return Object.fromEntries(first.split('\n').map((line) => line.split(':').map((part) => part.trim())));
}

/** What tells designs of one name apart. */
function details({ vendor_id: vendor, 'cpu family': family, model, flags = '' }) {
  if (vendor === 'AuthenticAMD') {
    const design = AMD_DESIGNS.find(
      ({ family: f, models: [from, to] }) => f === Number(family) && model >= from && model <= to,
    );
    if (design !== undefined) return [design.name];
  }
  if (family === undefined || model === undefined) return [];
  const amx = /\bamx_tile\b/.test(flags) ? ['AMX'] : [];
  return [`family ${family} model ${model}`, ...amx];
}

const slug = (text) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/**
 * @param {string} model what the system calls it
 * @param {string} cpuinfo text of /proc/cpuinfo, empty on other systems
 * @returns its name, the name of the folder of its figures, and who made it
 */
export function describeProcessor(model, cpuinfo = '') {
  const fields = fieldsOf(cpuinfo);
  const plain = model
    .replace(/\((?:R|TM)\)/gi, '')
    .replace(/ (?:CPU|Processor)\b/g, '')
    .replace(/ @.*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  const more = details(fields);
  const name = more.length > 0 ? `${plain} (${more.join(', ')})` : plain;
  return { id: slug(name), name, vendor: fields.vendor_id };
}

function text(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Sizes of the first core's caches, as Linux gives them: { L1d: '48K', L2: '2048K', L3: … }. */
function caches() {
  const found = {};
  for (let i = 0; i < 5; i++) {
    const folder = `/sys/devices/system/cpu/cpu0/cache/index${i}/`;
    const [level, type, size] = ['level', 'type', 'size'].map((name) => text(folder + name));
    if (size !== '' && type !== 'Instruction') found[`L${level}${type === 'Data' ? 'd' : ''}`] = size;
  }
  return found;
}

/** This machine's. */
export function processor() {
  const model = os.cpus()[0]?.model.trim() || 'unknown processor';
  return { ...describeProcessor(model, text('/proc/cpuinfo')), caches: caches() };
}
