import {
  type DataRange,
  fieldsOf,
  isFloat32,
  type NumberRange,
  notNegative,
  positive,
} from '../../core/definition.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { didYouMean, nearestName } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { OPTION_ALIASES, SCHEDULE_ALIASES } from './aliases.js';
import type { Field, ScheduleDefinition, ScheduleUnit, Setting } from './definition.js';
import { SCHEDULES, type Schedule, type ScheduleName, scheduleNames } from './table.js';

/** Checks, completes and prints schedules. */

const EXAMPLE = "{ schedule: 'cosine', from: 0.01, epochs: 10 }";
const WORDS = 'a number above 0 or a schedule';

const STEPS: NumberRange = {
  accepts: (v) => Number.isSafeInteger(v) && v >= 1,
  words: 'a whole number of at least 1',
};
const WARMUP_STEPS: NumberRange = {
  accepts: (v) => Number.isSafeInteger(v) && v >= 0,
  words: 'a whole number of at least 0',
};
const RANGES = {
  steps: { time: STEPS, warmup: WARMUP_STEPS },
  epochs: { time: positive, warmup: notNegative },
} as const;

/** The range of an optimizer's learning rate. */
export const learningRate: DataRange = {
  ...positive,
  words: WORDS,
  complete: completeSchedule,
  text: (schedule) => scheduleText(schedule as Schedule),
};

/**
 * Checks a schedule and fills in its defaults.
 * @param what what it was passed as, for messages: `adam.learningRate`
 * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`
 */
export function completeSchedule(what: string, given: unknown): Schedule {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (!isObject) {
    const name = typeof given === 'string' ? nearestName(given, scheduleNames, SCHEDULE_ALIASES) : undefined;
    const hint = name === undefined ? `such as 0.001 or ${EXAMPLE}` : `{ schedule: '${name}', … }`;
    refuse(`${what} to be ${WORDS}`, show(given), `Write ${name === undefined ? 'one, ' : ''}${hint}.`);
  }
  const fields = fieldsOf(what, given);
  const { schedule: name } = fields;
  if (name === undefined) {
    refuse(`${what} to have a schedule`, show(given), `Write a name: ${EXAMPLE}.`);
  }
  if (typeof name !== 'string' || !Object.hasOwn(SCHEDULES, name)) {
    unknownName(`${what}.schedule`, name, scheduleNames, SCHEDULE_ALIASES);
  }
  const definition = SCHEDULES[name as ScheduleName] as unknown as ScheduleDefinition;
  checkNames(what, fields, definition);
  const settings: Record<string, Setting> = {};
  for (const [key, field] of Object.entries(definition.fields as Record<string, Field>)) {
    settings[key] = completeField(`${what}.${key}`, fields[key], field, settings);
  }
  const { unit, time, warmup } = completeTime(what, fields, definition);
  const fault = definition.check?.(settings, time);
  if (fault !== undefined) refuse(`${what} with ${fault.expected}`, fault.given, fault.hint);
  const times = time === undefined ? {} : { [unit]: time };
  return { schedule: name, ...settings, ...times, warmup } as unknown as Schedule;
}

/** @throws SteepestError `ERR_UNKNOWN_NAME` */
function checkNames(what: string, fields: object, { name, fields: own, aliases }: ScheduleDefinition): void {
  const known = ['schedule', ...Object.keys(own), 'steps', 'epochs', 'warmup'];
  for (const key of Object.keys(fields)) {
    if (known.includes(key)) continue;
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `${what} '${name}' to have only ${known.join(', ')}`,
      given: show(key),
      hint: didYouMean(key, known, 'Check the spelling, or remove it.', { ...OPTION_ALIASES, ...aliases }),
    });
  }
}

function completeField(
  what: string,
  given: unknown,
  { kind, range, usual }: Field,
  before: Readonly<Record<string, Setting>>,
): Setting {
  if (given === undefined && usual !== undefined) return typeof usual === 'function' ? usual(before) : usual;
  if (kind === 'number') return checkedNumber(what, given, range!);
  if (kind === 'list') return checkedList(what, given, range!);
  return typeof given === 'boolean' ? given : refuse(`${what} to be true or false`, show(given));
}

function checkedNumber(what: string, given: unknown, { accepts, words }: NumberRange): number {
  if (typeof given === 'number' && Number.isFinite(given) && accepts(given) && isFloat32(given)) return given;
  const hint = given === undefined ? `Write ${what.split('.').at(-1)}: a number.` : `Give ${words}.`;
  return refuse(`${what} to be ${words}`, show(given), hint);
}

function checkedList(what: string, given: unknown, range: NumberRange): readonly number[] {
  if (!Array.isArray(given)) return refuse(`${what} to be a list`, show(given), 'Write [ … ].');
  return Array.from(given, (value: unknown, i) => checkedNumber(`${what}[${i}]`, value, range));
}

interface CompleteTime {
  unit: ScheduleUnit;
  time: Setting | undefined;
  warmup: number;
}

/** `steps` or `epochs`, and the warm-up. */
function completeTime(
  what: string,
  { steps, epochs, warmup: givenWarmup }: Record<string, unknown>,
  { name, time: meaning }: ScheduleDefinition,
): CompleteTime {
  const isNeeded = meaning !== 'optional' || (givenWarmup !== undefined && givenWarmup !== 0);
  if (steps !== undefined && epochs !== undefined) {
    refuse(`${what} with steps or epochs`, 'both', 'Leave one of them out.');
  }
  if (steps === undefined && epochs === undefined) {
    if (!isNeeded) return { unit: 'steps', time: undefined, warmup: 0 };
    refuse(`${what} '${name}' with steps or epochs`, 'neither', 'Write one of them, such as epochs: 10.');
  }
  const unit: ScheduleUnit = steps === undefined ? 'epochs' : 'steps';
  const range = RANGES[unit];
  const given = steps ?? epochs;
  const isList = meaning === 'bounds';
  const time = isList
    ? checkedTimes(`${what}.${unit}`, given, range.time)
    : checkedNumber(`${what}.${unit}`, given, range.time);
  const warmup = givenWarmup === undefined ? 0 : checkedNumber(`${what}.warmup`, givenWarmup, range.warmup);
  const end = typeof time === 'number' ? time : time[0]!;
  const isWithin = isList ? warmup <= end : meaning === 'period' || warmup < end;
  if (!isWithin) {
    const words = isList ? `at most ${end}, the first of ${unit}` : `below ${end}, the ${unit} of the whole`;
    refuse(
      `${what}.warmup ${words}`,
      show(warmup),
      `The warm-up is counted in ${unit}, and is part of them.`,
    );
  }
  return { unit, time, warmup };
}

/** At least one time, each later than the one before. */
function checkedTimes(what: string, given: unknown, range: NumberRange): readonly number[] {
  const times = checkedList(what, given, range);
  if (times.length === 0) refuse(`${what} with at least one time`, 'none', 'Write [10], for example.');
  times.forEach((time, i) => {
    if (i > 0 && time <= times[i - 1]!) {
      refuse(`${what} to ascend`, `${time} after ${times[i - 1]}`, 'Sort them, each once.');
    }
  });
  return times;
}

function refuse(expected: string, given: string, hint = 'Leave it out for the default.'): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

/** Longest list that is printed whole. */
const MOST_PRINTED = 6;

/** `cosine (from 0.01, to 0.0001, epochs 40, warmup 2)`. */
function scheduleText({ schedule, ...settings }: Schedule): string {
  const parts = Object.entries(settings as unknown as Record<string, Setting>)
    .filter(([key, value]) => value !== false && !(key === 'warmup' && value === 0))
    .map(([key, value]) => (value === true ? key : `${key} ${settingText(value)}`));
  return `${schedule} (${parts.join(', ')})`;
}

function settingText(value: Setting): string {
  if (typeof value !== 'object') return String(value);
  const shown = value.slice(0, MOST_PRINTED).join(', ');
  return value.length > MOST_PRINTED ? `[${shown}, … ${value.length}]` : `[${shown}]`;
}
