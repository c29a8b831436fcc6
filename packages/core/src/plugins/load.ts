import { pathToFileURL } from 'node:url';
import { API_VERSION, type Plugin, type PluginKind } from '../contracts/plugin.js';
import { MccError } from '../errors.js';
import { firstLine } from '../options/raw.js';
import { locatePlugin, type PluginPlaces } from './locate.js';
import type { Manifest } from './package.js';

/** A plugin that was found, checked and imported; its options have not been read yet. */
export interface ImportedPlugin {
  readonly plugin: Plugin;
  /** File URL of its module. */
  readonly url: string;
  readonly packageName: string;
  readonly packageVersion: string;
}

/** Finds, checks and imports the plugin that a flag names. Each way to fail throws an MccError with its own sentence. */
export async function importPlugin(kind: PluginKind, spec: string, places: PluginPlaces): Promise<ImportedPlugin> {
  const located = locatePlugin(kind, spec, places);
  const manifest = located.package?.manifest;
  if (manifest?.mcc !== undefined) check(manifest.mcc, kind, spec);
  const url = pathToFileURL(located.file).href;
  const plugin = await importDefault(url, spec);
  check(plugin, kind, spec);
  return { plugin: plugin as Plugin, url, packageName: nameOf(manifest, spec), packageVersion: versionOf(manifest) };
}

async function importDefault(url: string, spec: string): Promise<Partial<Plugin>> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(url)) as typeof module;
  } catch (cause) {
    throw new MccError('MCC_ERR_PLUGIN_INVALID', {
      what: `The plugin "${spec}" fails to load: ${firstLine(cause).replace(/\.$/, '')}.`,
      remedy: loadRemedy(cause),
      cause,
    });
  }
  if (!isPlugin(module.default)) {
    throw new MccError('MCC_ERR_PLUGIN_INVALID', {
      what: `"${spec}" is not a plugin: it has no default export made by definePlugin.`,
      remedy: '',
    });
  }
  return module.default;
}

/** The package that is missing can be named: mostly @mcc/core, for a plugin that lies in a folder of its own. */
function loadRemedy(cause: unknown): string {
  const missing = /^Cannot find package '([^']+)'/.exec(firstLine(cause))?.[1];
  if (missing === undefined) return 'Look into the plugin, or install it again.';
  return `Install what it imports in its own folder: npm install ${missing}`;
}

function isPlugin(value: unknown): value is Partial<Plugin> {
  if (typeof value !== 'object' || value === null) return false;
  const { name, options, register, apiVersion, kind } = value as Partial<Record<keyof Plugin, unknown>>;
  const hasSchema = typeof options === 'object' && options !== null && 'shape' in options && 'safeParse' in options;
  const isNamed = typeof name === 'string' && /^[a-z][a-z0-9-]*$/.test(name) && typeof kind === 'string';
  return isNamed && hasSchema && typeof register === 'function' && typeof apiVersion === 'number';
}

/** Compares what a plugin says about itself, in its package.json or its export, with what is wanted. */
function check(
  claims: { readonly kind?: unknown; readonly apiVersion?: unknown },
  kind: PluginKind,
  spec: string,
): void {
  if (claims.apiVersion !== API_VERSION) {
    throw new MccError('MCC_ERR_PLUGIN_API_VERSION', {
      what: `The plugin "${spec}" was written for plugin interface ${String(claims.apiVersion)}, but this mcc has ${API_VERSION}.`,
    });
  }
  if (claims.kind !== kind) {
    throw new MccError('MCC_ERR_PLUGIN_INVALID', {
      what: `The plugin "${spec}" is a ${String(claims.kind)}, not a ${kind}.`,
      remedy: '',
    });
  }
}

function nameOf(manifest: Manifest | undefined, spec: string): string {
  return typeof manifest?.name === 'string' ? manifest.name : spec;
}

function versionOf(manifest: Manifest | undefined): string {
  return typeof manifest?.version === 'string' ? manifest.version : '0.0.0';
}
