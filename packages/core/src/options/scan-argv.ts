import type { OptionSpec } from './describe.js';
import { usageError, type RawOption, type RawOptions } from './raw.js';
import { unknownLetter, unknownOption, type Elsewhere } from './unknown-option.js';

export interface ScannedArgv {
  readonly options: RawOptions;
  readonly positionals: readonly string[];
}

/**
 * Reads a command line strictly and leaves every value as it was typed: `007` stays `007`. Knows `--name value`,
 * `--name=value`, `-c value`, `-c100`, `--flag`, `--flag false`, and `--`, after which everything is positional.
 * A value that begins with a dash must be a number or be written with `=`. Throws MCC_ERR_USAGE; `elsewhere` helps to say
 * where an unknown option belongs.
 */
export function scanArgv(args: readonly string[], specs: readonly OptionSpec[], elsewhere?: Elsewhere): ScannedArgv {
  const options = new Map<string, RawOption>();
  const positionals: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === '--') {
      positionals.push(...args.slice(index + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      positionals.push(arg);
      continue;
    }
    const { spec, label, attached } = findOption(arg, specs, elsewhere);
    const next = args[index + 1];
    let value = attached;
    if (value === undefined && takesNext(spec, next)) {
      value = next;
      index++;
    }
    if (value === undefined && spec.form !== 'flag') {
      throw usageError(`${label} needs a value (${spec.placeholder})${dashHint(label, next)}`);
    }
    addOption(options, spec, label, value ?? '');
  }
  return { options, positionals };
}

/**
 * The values of `--name value` and `--name=value` for some names, before the other options are known: a value never
 * begins with a dash unless it is written with `=`, so the rest can be skipped over.
 */
export function peekArgv(args: readonly string[], names: readonly string[]): string[] {
  const values: string[] = [];
  for (let index = 0; index < args.length && args[index] !== '--'; index++) {
    const [name, attached] = splitAtEquals(args[index]!);
    if (!names.some((wanted) => name === `--${wanted}`)) continue;
    const value = attached ?? args[index + 1];
    if (value !== undefined && (attached !== undefined || !value.startsWith('-'))) values.push(value);
  }
  return values;
}

/** The one-letter flags on a command line that none of these options answers to, as often as they stand there. */
export function unknownLetters(args: readonly string[], specs: readonly OptionSpec[]): string[] {
  const end = args.indexOf('--');
  const letters = args.slice(0, end < 0 ? args.length : end).flatMap((arg) => /^-([a-z])/i.exec(arg)?.[1] ?? []);
  return letters.filter((letter) => !specs.some((spec) => spec.alias === letter));
}

interface FoundOption {
  readonly spec: OptionSpec;
  readonly label: string;
  readonly attached: string | undefined;
}

function findOption(arg: string, specs: readonly OptionSpec[], elsewhere: Elsewhere | undefined): FoundOption {
  if (arg.startsWith('--')) {
    const [label, attached] = splitAtEquals(arg);
    const name = label.slice(2);
    const spec = specs.find((candidate) => candidate.name === name || candidate.otherNames.includes(name));
    if (spec === undefined) throw unknownOption({ name, label, dashes: '--' }, specs, elsewhere);
    return { spec, label, attached };
  }
  const letter = arg[1]!;
  const spec = specs.find((candidate) => candidate.alias === letter);
  const rest = arg.slice(2);
  if (spec === undefined || (spec.form === 'flag' && rest !== '' && !rest.startsWith('='))) {
    throw unknownLetter(arg, specs, elsewhere);
  }
  return { spec, label: `-${letter}`, attached: rest === '' ? undefined : rest.replace(/^=/, '') };
}

function takesNext(spec: OptionSpec, next: string | undefined): boolean {
  if (next === undefined) return false;
  if (spec.form === 'flag') return next === 'true' || next === 'false';
  return !next.startsWith('-') || next === '-' || /^-[\d.]/.test(next);
}

function dashHint(label: string, next: string | undefined): string {
  return next === undefined || !label.startsWith('--') ? '' : `; write ${label}=VALUE if it begins with a dash`;
}

function addOption(options: Map<string, RawOption>, spec: OptionSpec, label: string, value: string): void {
  const earlier = options.get(spec.name);
  if (spec.form === 'list') {
    const values = (earlier?.value ?? []) as readonly string[];
    options.set(spec.name, { spec, label, value: [...values, value] });
  } else if (earlier === undefined) {
    options.set(spec.name, { spec, label, value });
  } else {
    throw usageError(`${label} is given twice`);
  }
}

function splitAtEquals(arg: string): [name: string, value: string | undefined] {
  const equals = arg.indexOf('=');
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}
