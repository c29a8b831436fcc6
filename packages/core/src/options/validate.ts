import type { z } from 'zod';
import { freeze } from '../freeze.js';
import { plainValue, type OptionSpec } from './describe.js';
import { usageError, type RawOptions } from './raw.js';
import { didYouMean } from './suggest.js';

/**
 * Puts the given values through the schema, and freezes what comes out. `specs` are the schema's options; `owner` names
 * it in errors about several options at once. Throws MCC_ERR_USAGE with one sentence, for the first value that is wrong.
 */
export function validateOptions<S extends z.ZodObject>(
  schema: S,
  specs: readonly OptionSpec[],
  given: RawOptions,
  owner: string,
): Readonly<z.output<S>> {
  const input: Record<string, unknown> = {};
  for (const spec of specs) {
    const raw = given.get(spec.name);
    if (raw !== undefined) input[spec.key] = shape(spec, raw.value);
  }
  const result = schema.safeParse(input);
  if (result.success) return freeze(result.data);
  const issue = result.error.issues[0]!;
  const spec = specs.find((candidate) => candidate.key === issue.path[0]);
  if (spec === undefined) throw usageError(joinSentence(owner, sentenceOf(issue, undefined)));
  const raw = given.get(spec.name);
  throw usageError(joinSentence(raw?.label ?? `--${spec.name}`, sentenceOf(issue, raw?.value)));
}

/** Every option in force as plain JSON, under its key: what the schema made of it, or else what was given. */
export function optionsForReport(
  specs: readonly OptionSpec[],
  given: RawOptions,
  validated: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const report: Record<string, unknown> = {};
  for (const spec of specs) {
    const value = plainValue(spec, validated[spec.key]);
    if (value === undefined) continue;
    report[spec.key] = isWritable(spec, value) ? value : (given.get(spec.name)?.value ?? spec.default);
  }
  return report;
}

/** Gives text the shape of its form, so that a plain `z.boolean()` or `z.array(z.string())` reads it too. */
function shape(spec: OptionSpec, value: unknown): unknown {
  if (spec.form === 'flag' && (value === '' || value === 'true')) return true;
  if (spec.form === 'flag' && value === 'false') return false;
  return spec.form === 'list' && typeof value === 'string' ? [value] : value;
}

/** `--conn is required`, but `--conn: "x" is not …`. */
function joinSentence(label: string, sentence: string): string {
  return sentence === 'is required' ? `${label} ${sentence}` : `${label}: ${sentence}`;
}

/** One sentence for a zod issue; those of our own schemas and refinements are sentences already. `given` is the value as it was typed. */
function sentenceOf(issue: z.core.$ZodIssue, given: unknown): string {
  const input = typeof given === 'string' ? `"${given}"` : JSON.stringify(given);
  switch (issue.code) {
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (given === undefined) return 'is required';
      return `${input} is not one of ${values.join(', ')}${didYouMean(String(given), values)}`;
    }
    case 'invalid_type':
      return given === undefined ? 'is required' : `${input} is not a ${issue.expected}`;
    case 'too_small':
      return `${input} is too small: at least ${issue.minimum}`;
    case 'too_big':
      return `${input} is too large: at most ${issue.maximum}`;
    default:
      return issue.message.replace(/\s*\n\s*/g, ' ');
  }
}

/** Whether a person could have given it so: what the schema made lists of is not what they wrote. */
function isWritable(spec: OptionSpec, value: unknown): boolean {
  if (spec.verbatim) return false;
  if (Array.isArray(value)) return spec.form === 'list' && value.every(isScalar);
  return isScalar(value);
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
