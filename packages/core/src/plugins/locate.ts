import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginKind } from '../contracts/plugin.js';
import { MccError } from '../errors.js';
import { didYouMean } from '../options/suggest.js';
import { listPlugins } from './list.js';
import { isPackageName, isPath, KIND_WORDS, packageCandidates, packageToInstall } from './names.js';
import { enclosingPackage, entryOf, findPackage, isPluginManifest, readPackage, type FoundPackage } from './package.js';

/** Where plugins are looked up: the working directory first, then the program's own place. */
export interface PluginPlaces {
  readonly cwd: string;
  readonly home: string;
}

/** A plugin's module and the package it comes in, if it comes in one. */
export interface LocatedPlugin {
  readonly file: string;
  readonly package?: FoundPackage;
}

/** Finds the module that `--stack`, `--proto` or `--reporter` names. Throws MCC_ERR_PLUGIN_NOT_FOUND, _INVALID. */
export function locatePlugin(kind: PluginKind, spec: string, places: PluginPlaces): LocatedPlugin {
  if (isPath(spec)) return locatePath(kind, spec, places.cwd);
  for (const place of [places.cwd, places.home]) {
    for (const name of packageCandidates(kind, spec)) {
      const found = findPackage(name, place);
      // A package that merely has the same name as was given for a plugin is not meant.
      if (found === undefined || (name === spec && !isPluginManifest(found.manifest))) continue;
      return locatePackage(found, name);
    }
  }
  throw notFound(kind, spec, places);
}

function locatePath(kind: PluginKind, spec: string, cwd: string): LocatedPlugin {
  const path = spec.startsWith('file:') ? fileURLToPath(spec) : resolve(cwd, spec);
  if (!existsSync(path)) {
    throw new MccError('MCC_ERR_PLUGIN_NOT_FOUND', { what: `There is no ${kind} plugin at ${path}.`, remedy: '' });
  }
  const real = realpathSync(path);
  if (statSync(real).isFile()) {
    const found = enclosingPackage(real);
    return found === undefined ? { file: real } : { file: real, package: found };
  }
  const found = readPackage(real);
  if (found === undefined) {
    throw new MccError('MCC_ERR_PLUGIN_INVALID', {
      what: `${path} is a folder without a package.json.`,
      remedy: 'Give the file of the plugin.',
    });
  }
  return locatePackage(found, path);
}

function locatePackage(found: FoundPackage, name: string): LocatedPlugin {
  const file = entryOf(found);
  if (file === undefined || !existsSync(file)) {
    throw new MccError('MCC_ERR_PLUGIN_INVALID', {
      what: `The package ${name} has no module to import${file === undefined ? '' : `: ${file} is missing`}.`,
      remedy: 'Build it, or install it again.',
    });
  }
  return { file, package: found };
}

function notFound(kind: PluginKind, spec: string, { cwd, home }: PluginPlaces): MccError {
  const installed = listPlugins([cwd, home]).filter((plugin) => plugin.kind === kind);
  const hint = didYouMean(spec, new Set(installed.map((plugin) => plugin.name)));
  const wanted = packageToInstall(kind, spec);
  return new MccError('MCC_ERR_PLUGIN_NOT_FOUND', {
    what: `The ${kind} plugin "${spec}" (--${KIND_WORDS[kind]}) is not installed${hint || '.'}`,
    remedy: isPackageName(wanted)
      ? `To install it: npm install ${wanted}`
      : `No package can have that name; give one, or a path such as ./plugin.js.`,
  });
}
