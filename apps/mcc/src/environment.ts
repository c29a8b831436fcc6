import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usageError, type PluginDefaults, type PluginPlaces, type RunDefaults } from '@mcc/core';

/** What is taken when no plugin is named. */
export const PLUGIN_DEFAULTS: PluginDefaults = { stack: 'kernel', proto: 'http', reporter: 'console' };

/** Of `mcc run`. Those are taken whose protocol knows most of the one-letter flags that are given; of several, the first. */
export const RUN_DEFAULTS: readonly [RunDefaults, ...RunDefaults[]] = [
  { ...PLUGIN_DEFAULTS, durationNs: 10e9 },
  // The command line of the original mcc, which had no other protocol: -l -e -b -r -p are flags of raw alone.
  { ...PLUGIN_DEFAULTS, proto: 'raw', durationNs: 0 },
];

/** Where plugins are looked up: the working directory, then where this program is installed. */
export function pluginPlaces(): PluginPlaces {
  return { cwd: workingDirectory(), home: dirname(fileURLToPath(import.meta.url)) };
}

/** Throws MCC_ERR_USAGE when it has been removed under the shell's feet. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw usageError('the working directory does not exist any more: change to another one', error);
  }
}

export function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
