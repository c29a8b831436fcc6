import { rawOptions, type RawOptions } from './options.js';

/** Options as they come from the schema, for tests. */
export function optionsOf(given: Readonly<Record<string, unknown>> = {}): RawOptions {
  return rawOptions.parse(given);
}
