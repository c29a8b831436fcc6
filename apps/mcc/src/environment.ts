import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginDefaults, PluginPlaces } from '@mcc/core';

/** What is taken when no plugin is named. */
export const PLUGIN_DEFAULTS: PluginDefaults = { stack: 'kernel', proto: 'http', reporter: 'console' };

/** Where plugins are looked up: the working directory, then where this program is installed. */
export function pluginPlaces(): PluginPlaces {
  return { cwd: process.cwd(), home: dirname(fileURLToPath(import.meta.url)) };
}

export function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Files this process keeps open besides its connections, generously. */
const OTHER_FILES = 256;
/** Memory for connections is taken at the start: no more of it than this without being asked. */
const SERVE_CONNECTIONS_MAX = 1_000_000;

/** How many connections a server accepts at most when nobody says: as many as files may be open. */
export function defaultServeConnections(limits = '/proc/self/limits'): number {
  const hard = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(readLimits(limits))?.[1] ?? Infinity);
  return Math.max(1, Math.min(SERVE_CONNECTIONS_MAX, hard - OTHER_FILES));
}

function readLimits(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
