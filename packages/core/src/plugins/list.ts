import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isPluginManifest, nodeModulesAbove, PLUGIN_KEYWORD, readPackage, type FoundPackage } from './package.js';

/** A plugin that is installed, by its package.json alone: nothing of it was loaded. */
export interface InstalledPlugin {
  readonly kind: string;
  readonly name: string;
  readonly version: string;
  readonly packageName: string;
  readonly path: string;
}

/**
 * Every installed plugin that can be named: what lies in the node_modules folders above the given places, each package
 * once, as it would be found first. Sorted by kind and name.
 */
export function listPlugins(places: readonly string[]): InstalledPlugin[] {
  const plugins = new Map<string, InstalledPlugin>();
  for (const modules of new Set(places.flatMap(nodeModulesAbove))) {
    for (const folder of packageFolders(modules)) {
      const plugin = describePlugin(readPackage(folder));
      if (plugin !== undefined && !plugins.has(plugin.packageName)) plugins.set(plugin.packageName, plugin);
    }
  }
  return [...plugins.values()].sort(
    (a, b) =>
      a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name) || a.packageName.localeCompare(b.packageName),
  );
}

/** The package folders in a node_modules folder. */
function packageFolders(modules: string): string[] {
  return entries(modules).flatMap((name) => {
    if (name.startsWith('@')) return entries(join(modules, name)).map((inner) => join(modules, name, inner));
    return name.startsWith('.') ? [] : [join(modules, name)];
  });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function describePlugin(found: FoundPackage | undefined): InstalledPlugin | undefined {
  if (found === undefined) return undefined;
  const { folder, manifest } = found;
  const { keywords, mcc } = manifest;
  if (!Array.isArray(keywords) || !keywords.includes(PLUGIN_KEYWORD) || !isPluginManifest(manifest)) return undefined;
  return {
    kind: String(mcc?.kind),
    name: String(mcc?.name),
    version: String(manifest.version ?? ''),
    packageName: String(manifest.name ?? ''),
    path: folder,
  };
}
