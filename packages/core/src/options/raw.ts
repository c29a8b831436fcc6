import { MccError } from '../errors.js';
import type { OptionSpec } from './describe.js';

/** A value before its schema has seen it, and what to call it in an error: `--conn`, or `conn in load.yaml`. */
export interface RawOption {
  readonly spec: OptionSpec;
  readonly value: unknown;
  readonly label: string;
}

/** By `spec.name`. */
export type RawOptions = ReadonlyMap<string, RawOption>;

/** Later ones override earlier ones, option by option: a list is replaced, not extended. */
export function mergeRaw(...layers: readonly RawOptions[]): RawOptions {
  return new Map(layers.flatMap((layer) => [...layer]));
}

/** An error of the command line or configuration: one sentence that needs no second one. */
export function usageError(what: string, cause?: unknown): MccError {
  return new MccError('MCC_ERR_USAGE', { what, remedy: '', ...(cause !== undefined && { cause }) });
}

/** The first line of what an exception says. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!.trim();
}
