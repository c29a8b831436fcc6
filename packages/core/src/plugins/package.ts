import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PluginKind } from '../contracts/plugin.js';

/** The keyword that a plugin's package.json carries. */
export const PLUGIN_KEYWORD = 'mcc-plugin';

/** What MCC reads of a package.json. Nothing in it has been checked. */
export interface Manifest {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly keywords?: unknown;
  readonly exports?: unknown;
  readonly main?: unknown;
  readonly mcc?: { readonly kind?: unknown; readonly name?: unknown; readonly apiVersion?: unknown };
}

/** A package on this machine. */
export interface FoundPackage {
  /** Its folder, without symbolic links. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Folders named node_modules that a module in `start` can import from, nearest first. */
export function nodeModulesAbove(start: string): string[] {
  const folders: string[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules');
    if (existsSync(candidate)) folders.push(candidate);
    if (folder === dirname(folder)) return folders;
  }
}

/** The package `name` as a module in `start` would find it. */
export function findPackage(name: string, start: string): FoundPackage | undefined {
  for (const modules of nodeModulesAbove(start)) {
    const found = readPackage(join(modules, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The package that `file` belongs to: the nearest package.json above it. */
export function enclosingPackage(file: string): FoundPackage | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const found = readPackage(folder);
    if (found !== undefined) return found;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The package in `folder`, or undefined when there is none that can be read. */
export function readPackage(folder: string): FoundPackage | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (typeof manifest !== 'object' || manifest === null) return undefined;
    return { folder: realpathSync(folder), manifest };
  } catch {
    return undefined;
  }
}

/** The file that `import 'name'` loads, by the package's `exports` or `main`. Undefined when it exports nothing. */
export function entryOf({ folder, manifest }: FoundPackage): string | undefined {
  const exported = manifest.exports === undefined ? manifest.main : importTarget(manifest.exports);
  const file = exported === undefined && manifest.exports === undefined ? 'index.js' : exported;
  return typeof file === 'string' ? join(folder, file) : undefined;
}

/** The target of `.` under the conditions of an ES module in Node: https://nodejs.org/api/packages.html#conditional-exports */
function importTarget(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (Array.isArray(exports)) return exports.map(importTarget).find((target) => target !== undefined);
  if (typeof exports !== 'object' || exports === null) return undefined;
  for (const [condition, target] of Object.entries(exports)) {
    if (!['.', 'node-addons', 'node', 'import', 'module-sync', 'default'].includes(condition)) continue;
    const found = importTarget(target);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a manifest says it is a plugin, of `kind` if that is given. */
export function isPluginManifest(manifest: Manifest, kind?: PluginKind): boolean {
  return manifest.mcc !== undefined && (kind === undefined || manifest.mcc.kind === kind);
}
