/**
 * Which processor figures belong to. The name that a virtual machine gives, “AMD EPYC”, says
 * little: family and model of the processor, where the system tells them, say which design it is.
 */
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** A processor: its name, a name for files about it, and who made it. */
export interface Processor {
  id: string;
  name: string;
  vendor: string | undefined;
}

/** Models of AMD's families, as Linux tells its designs apart (arch/x86/kernel/cpu/amd.c). */
const AMD_DESIGNS = [
  { family: 25, models: [0x00, 0x0f], name: 'Zen 3' },
  { family: 25, models: [0x20, 0x5f], name: 'Zen 3' },
  { family: 25, models: [0x10, 0x1f], name: 'Zen 4' },
  { family: 25, models: [0x60, 0xaf], name: 'Zen 4' },
  { family: 26, models: [0x00, 0x2f], name: 'Zen 5' },
  { family: 26, models: [0x40, 0x4f], name: 'Zen 5' },
  { family: 26, models: [0x60, 0x7f], name: 'Zen 5' },
] as const;

/** The fields of the first processor in /proc/cpuinfo. */
function fieldsOf(cpuinfo: string): Record<string, string | undefined> {
  const [first = ''] = cpuinfo.split(/\n\s*\n/);
  return Object.fromEntries(first.split('\n').map((line) => line.split(':').map((part) => part.trim())));
}

/** What tells designs of one name apart. */
function details(fields: Record<string, string | undefined>): string[] {
  const { vendor_id: vendor, 'cpu family': family, model, flags = '' } = fields;
  if (vendor === 'AuthenticAMD') {
    const design = AMD_DESIGNS.find(
      ({ family: f, models: [from, to] }) =>
        f === Number(family) && Number(model) >= from && Number(model) <= to,
    );
    if (design !== undefined) return [design.name];
  }
  if (family === undefined || model === undefined) return [];
  const amx = /\bamx_tile\b/.test(flags) ? ['AMX'] : [];
  return [`family ${family} model ${model}`, ...amx];
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/**
 * @param model what the system calls it
 * @param cpuinfo text of /proc/cpuinfo, empty on other systems
 */
export function describeProcessor(model: string, cpuinfo = ''): Processor {
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

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Sizes of the first core's caches, as Linux gives them: { L1d: '48K', L2: '2048K', L3: … }. */
function caches(): Record<string, string> {
  const found: Record<string, string> = {};
  for (let i = 0; i < 5; i++) {
    const folder = `/sys/devices/system/cpu/cpu0/cache/index${i}/`;
    const [level, type, size] = [text(`${folder}level`), text(`${folder}type`), text(`${folder}size`)];
    if (size !== '' && type !== 'Instruction') found[`L${level}${type === 'Data' ? 'd' : ''}`] = size;
  }
  return found;
}

/** This machine's. */
export function processor(): Processor & { caches: Record<string, string> } {
  const model = os.cpus()[0]?.model.trim() || 'unknown processor';
  return { ...describeProcessor(model, text('/proc/cpuinfo')), caches: caches() };
}
