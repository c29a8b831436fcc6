import { z } from 'zod';

/**
 * Building blocks for the options of core and plugins. Each takes what a command line gives (a string) as well as what
 * a program or YAML gives, and says in one sentence what is wrong. Wrap them as any zod schema: `.prefault('10s')`,
 * `.optional()`, `.refine(…)`, `.describe(…)`, `.meta({ alias: 'c', placeholder: 'N' })`.
 */

/** How an option is written on the command line; found by `describeOptions` in the schema's metadata. */
export type OptionForm = 'flag' | 'list' | 'value';

/** Inclusive bounds, in the schema's own unit (nanoseconds, items, bytes). */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** `10s`, `3m`, `2h`, `500ms`, `250us`, `100ns`; a bare number is seconds. Gives nanoseconds. */
export function duration(bounds: Bounds = {}) {
  return scalar(DURATION, bounds).meta({ placeholder: 'TIME', unit: 'ns' });
}

/** A whole number; `100k`, `3.2m` and `1g` are powers of 1000. */
export function count(bounds: Bounds = {}) {
  return scalar(COUNT, bounds).meta({ placeholder: 'N' });
}

/** A number per second, whole or not: `0.5`, `2.5k`; k, m and g are powers of 1000. */
export function rate(bounds: Bounds = {}) {
  return scalar(RATE, bounds).meta({ placeholder: 'N' });
}

/** Bytes; `1k`, `1kb`, `1KiB` are 1024, likewise m and g. */
export function size(bounds: Bounds = {}) {
  return scalar(SIZE, bounds).meta({ placeholder: 'SIZE' });
}

/** `--x`, `--x true`, `--x false`. */
export function flag() {
  return z
    .union([z.boolean(), z.string()], { error: wrongKind('switch', 'use true or false') })
    .transform((value, context) => {
      if (value === true || value === 'true' || value === '') return true;
      if (value === false || value === 'false') return false;
      context.addIssue(sentence(value, `${quote(value)} is neither true nor false`));
      return z.NEVER;
    })
    .meta({ form: 'flag' satisfies OptionForm });
}

/** A flag that may be repeated, a YAML list, or a single value. Nothing is split. */
export function list() {
  const item = z.union([z.string(), z.number(), z.boolean()], { error: wrongKind('text', 'use a string') });
  return z
    .union([item, z.array(item)], { error: wrongKind('list of texts', 'use strings') })
    .transform((value) => (Array.isArray(value) ? value : [value]).map(String))
    .meta({ form: 'list' satisfies OptionForm, placeholder: 'TEXT' });
}

/** Text, also text that looks like a number: the command line hands it over as typed. */
export function text() {
  return z
    .union([z.string(), z.number(), z.boolean()], { error: wrongKind('text', 'use a string') })
    .transform(String)
    .meta({ placeholder: 'TEXT' });
}

/** Nanoseconds, or undefined. */
export function parseDuration(input: string | number): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h)?$/.exec(String(input));
  if (match === null) return undefined;
  const [exponent, factor] = DURATION_UNITS[match[2] ?? 's']!;
  return Math.round(Number(`${match[1]}e${exponent}`) * factor);
}

/** Nanoseconds in the largest unit that leaves a whole number: 10s, 1500ms. */
export function formatDuration(ns: number): string {
  const units = [
    ['h', 3_600_000_000_000],
    ['m', 60_000_000_000],
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
  ] as const;
  if (ns === 0) return '0';
  const unit = units.find(([, factor]) => ns % factor === 0);
  return unit === undefined ? `${ns}ns` : `${ns / unit[1]}${unit[0]}`;
}

/** A whole number of at least 0, or undefined. */
export function parseCount(input: string | number): number | undefined {
  const value = parseRate(input);
  return value === undefined ? undefined : wholeOrUndefined(value);
}

/** A number of at least 0, or undefined. */
export function parseRate(input: string | number): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)([kmg])?$/i.exec(String(input));
  return match === null ? undefined : Number(`${match[1]}e${COUNT_EXPONENTS[match[2]?.toLowerCase() ?? '']!}`);
}

/** Bytes, or undefined. */
export function parseSize(input: string | number): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(?:([kmg])(?:i?b)?|b)?$/i.exec(String(input));
  if (match === null) return undefined;
  return wholeOrUndefined(Number(match[1]) * SIZE_FACTORS[match[2]?.toLowerCase() ?? '']!);
}

/** Unit: power of ten that turns it (or its base) into nanoseconds, and a factor. The power is exact in decimals. */
const DURATION_UNITS: Readonly<Record<string, readonly [exponent: number, factor: number]>> = {
  ns: [0, 1],
  us: [3, 1],
  µs: [3, 1],
  ms: [6, 1],
  s: [9, 1],
  m: [9, 60],
  h: [9, 3600],
};
const COUNT_EXPONENTS: Readonly<Record<string, number>> = { '': 0, k: 3, m: 6, g: 9 };
const SIZE_FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A number written with a unit: how to read and write it, and the words of the sentence for what cannot be read. */
interface Quantity {
  readonly noun: string;
  readonly how: string;
  readonly parse: (input: string | number) => number | undefined;
  readonly format: (value: number) => string;
}

const DURATION: Quantity = {
  noun: 'duration',
  how: 'use a number with ns, us, ms, s, m or h, such as 500ms',
  parse: parseDuration,
  format: formatDuration,
};
const COUNT: Quantity = {
  noun: 'whole number',
  how: 'use digits, or k, m or g for powers of 1000, such as 3.2m',
  parse: parseCount,
  format: String,
};
const RATE: Quantity = {
  noun: 'rate',
  how: 'use a number per second, or k, m or g for powers of 1000, such as 2.5k',
  parse: parseRate,
  format: String,
};
const SIZE: Quantity = {
  noun: 'size',
  how: 'use bytes, or k, m or g for powers of 1024, such as 64k',
  parse: parseSize,
  format: String,
};

function scalar({ noun, how, parse, format }: Quantity, { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds) {
  return z.union([z.string(), z.number()], { error: wrongKind(noun, how) }).transform((input, context) => {
    const value = parse(input);
    if (value === undefined) context.addIssue(sentence(input, `${quote(input)} is not a ${noun}: ${how}`));
    else if (value < min) context.addIssue(sentence(input, `${quote(input)} is too small: at least ${format(min)}`));
    else if (value > max) context.addIssue(sentence(input, `${quote(input)} is too large: at most ${format(max)}`));
    else return value;
    return z.NEVER;
  });
}

function wholeOrUndefined(value: number): number | undefined {
  return Number.isInteger(value) ? value : undefined;
}

/** The sentence for a value of a wrong type, or for none at all. */
function wrongKind(noun: string, how: string) {
  return ({ input }: { readonly input?: unknown }) =>
    input === undefined ? 'is required' : `${quote(input)} is not a ${noun}: ${how}`;
}

function sentence(input: unknown, message: string) {
  return { code: 'custom' as const, input, message };
}

/** A value as it stands in a sentence. */
function quote(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(JSON.stringify(value));
}
