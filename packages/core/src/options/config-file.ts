import { readFile } from 'node:fs/promises';
import { kebabCase, type OptionSpec } from './describe.js';
import { firstLine, usageError, type RawOption, type RawOptions } from './raw.js';
import { unknownOption, type Elsewhere } from './unknown-option.js';
import { isSystemError, unreadable } from './unreadable.js';

/** A configuration file, flat: `conn`, `http.body-file`. Scalars are text, as they stand in the file. */
export interface ConfigFile {
  readonly path: string;
  readonly entries: ReadonlyMap<string, unknown>;
}

/** Reads YAML whose keys are flags without dashes, in kebab-case or camelCase; a plugin's may nest under its name. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  let source: string;
  try {
    source = await readFile(path, 'utf8');
  } catch (error) {
    throw isSystemError(error) ? unreadable(`--config ${path}`, error) : error;
  }
  return { path, entries: flatten(await parseYaml(path, source), path) };
}

/** What a file says about one option, if it is a single text. */
export function peekConfig(config: ConfigFile | undefined, ...names: readonly string[]): unknown {
  return names.map((name) => config?.entries.get(name)).find((value) => value !== undefined);
}

/** The file's entries as options. Throws MCC_ERR_USAGE for a key that is none. */
export function configOptions(config: ConfigFile, specs: readonly OptionSpec[], elsewhere?: Elsewhere): RawOptions {
  const options = new Map<string, RawOption>();
  for (const [key, value] of config.entries) {
    const spec = specs.find((candidate) => candidate.name === key || candidate.otherNames.includes(key));
    const label = `${key} in ${config.path}`;
    if (spec === undefined) throw unknownOption({ name: key, label, dashes: '' }, specs, elsewhere);
    if (options.has(spec.name)) throw usageError(`${label} is given twice`);
    options.set(spec.name, { spec, value, label });
  }
  return options;
}

async function parseYaml(path: string, source: string): Promise<Readonly<Record<string, unknown>>> {
  // Loaded only when there is a file: start-up time. The failsafe schema leaves scalars as text, as flags are.
  const { parse } = await import('yaml');
  let document: unknown;
  try {
    document = parse(source, { schema: 'failsafe' });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'MULTIPLE_DOCS') {
      throw usageError(`${path} holds several YAML documents; options are read from a file with one`, error);
    }
    throw usageError(`${path} is not valid YAML: ${firstLine(error).replace(/:$/, '')}`, error);
  }
  if (document === null || document === '') return {};
  if (!isMap(document)) throw usageError(`${path} must hold a map of options, such as "conn: 100"`);
  return document;
}

function flatten(document: Readonly<Record<string, unknown>>, path: string): Map<string, unknown> {
  const entries = new Map<string, unknown>();
  const add = (key: string, value: unknown): void => {
    if (entries.has(key)) throw usageError(`${key} in ${path} is given twice`);
    entries.set(key, value);
  };
  for (const [key, value] of Object.entries(document)) {
    if (!isMap(value)) add(kebabCase(key), value);
    else for (const [inner, innerValue] of Object.entries(value)) add(`${key}.${kebabCase(inner)}`, innerValue);
  }
  return entries;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
