import { httpOptions, type HttpOptions } from './options.js';

/** Options as they come from the schema, for tests. */
export function optionsOf(given: Readonly<Record<string, unknown>> = {}): HttpOptions {
  return httpOptions.parse(given);
}

export const TARGET = { host: '198.18.0.1', port: 8080 };
