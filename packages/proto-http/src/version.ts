import { readFileSync } from 'node:fs';

/** The version of this package, for User-Agent. */
export function version(): string {
  // One level above this module, in src as in dist.
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return (manifest as { readonly version: string }).version;
}
