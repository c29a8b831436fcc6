import type { z } from 'zod';
import type { PluginKind } from '../contracts/plugin.js';
import { checkClashes } from '../plugins/clash.js';
import { listPlugins } from '../plugins/list.js';
import { importPlugin, type ImportedPlugin } from '../plugins/load.js';
import type { PluginPlaces } from '../plugins/locate.js';
import type { LoadedPlugin } from '../run/request.js';
import { configOptions, peekConfig, readConfigFile, type ConfigFile } from './config-file.js';
import { runOptions, serveOptions } from './core-options.js';
import { describeOptions, type CommandName, type OptionSpec } from './describe.js';
import { mergeRaw, usageError, type RawOptions } from './raw.js';
import { peekArgv, scanArgv } from './scan-argv.js';
import type { Elsewhere } from './unknown-option.js';
import { optionsForReport, validateOptions } from './validate.js';

/** A command whose plugins have been chosen and loaded, so that all of its options are known: enough for its help. */
export interface OpenedCommand<S extends z.ZodObject> {
  readonly schema: S;
  /** Core's options, then those of the plugins, then those of the command line alone. */
  readonly specs: readonly OptionSpec[];
  /** Those of them that a configuration file may give. */
  readonly configurable: readonly OptionSpec[];
  readonly plugins: readonly ImportedPlugin[];
  readonly config: ConfigFile | undefined;
  readonly elsewhere: Elsewhere;
}

/** The options of a command and its plugins, validated and frozen. */
export interface ReadCommand<S extends z.ZodObject> {
  readonly options: Readonly<z.output<S>>;
  readonly plugins: readonly LoadedPlugin[];
  readonly positionals: readonly string[];
  readonly optionsForReport: Readonly<Record<string, unknown>>;
}

/** The flags that choose plugins, which are looked for before any other option is known. */
const CHOOSERS: Readonly<Record<string, { readonly kind: PluginKind; readonly names: readonly string[] }>> = {
  stack: { kind: 'stack', names: ['stack', 'network-stack'] },
  proto: { kind: 'protocol', names: ['proto'] },
  reporter: { kind: 'reporter', names: ['reporter'] },
};

/**
 * First pass over a command line: finds out which plugins and which configuration file it names and loads them. Their
 * options are those that `command` takes; `schema` has core's.
 * `extra` are options of the command line alone, such as `--help`; `configPath` is the file when it names none.
 */
export async function openCommand<S extends z.ZodObject>(
  command: CommandName,
  schema: S,
  args: readonly string[],
  places: PluginPlaces,
  extra: readonly OptionSpec[] = [],
  configPath?: string,
): Promise<OpenedCommand<S>> {
  const core = describeOptions(schema);
  const [path = configPath] = peekArgv(args, ['config']);
  const config = path === undefined ? undefined : await readConfigFile(path);
  const chosen = core.flatMap((spec) => chosenPlugins(spec, args, config));
  const plugins = await Promise.all(chosen.map(({ kind, name }) => importPlugin(kind, name, places)));
  const described = plugins.flatMap(({ plugin }) => describeOptions(plugin.options, plugin.name));
  const isOwn = (spec: OptionSpec): boolean => spec.only === undefined || spec.only === command;
  const own = [...core, ...described.filter(isOwn)];
  const specs = [...own, ...extra];
  const chosenNames = plugins.map(({ plugin }) => plugin.name);
  checkClashes(specs, chosenNames);
  const configurable = own.filter((spec) => spec.name !== 'config');
  const elsewhere: Elsewhere = {
    command,
    specs: [...coreOptionsOfOther(command, core), ...described.filter((spec) => !isOwn(spec))],
    chosen: chosenNames,
    kinds: core.flatMap((spec) => CHOOSERS[spec.key]?.kind ?? []),
    installed: () => listPlugins([places.cwd, places.home]),
  };
  return { schema, specs, configurable, plugins, config, elsewhere };
}

/** Second pass: reads the command line and the configuration file strictly, and validates every option. */
export function readCommand<S extends z.ZodObject>(
  { schema, specs, configurable, plugins, config, elsewhere }: OpenedCommand<S>,
  args: readonly string[],
): ReadCommand<S> {
  const scanned = scanArgv(args, specs, elsewhere);
  const given = mergeRaw(
    config === undefined ? new Map() : configOptions(config, configurable, elsewhere),
    scanned.options,
  );
  const core = specs.filter((spec) => spec.plugin === undefined && spec.key in schema.shape);
  const options = validateOptions(schema, core, given, 'mcc');
  const loaded = plugins.map((imported) => withOptions(imported, specs, given));
  const report = optionsForReport(core, given, options);
  for (const { plugin, options: own } of loaded) {
    report[plugin.name] = optionsForReport(ownSpecs(specs, plugin.name), given, own);
  }
  return { options, plugins: loaded, positionals: scanned.positionals, optionsForReport: report };
}

/** Core's options that the other command alone takes. No plugin's name is needed for that. */
function coreOptionsOfOther(command: CommandName, own: readonly OptionSpec[]): OptionSpec[] {
  const unnamed = { stack: '', proto: '', reporter: '' };
  const other = command === 'run' ? serveOptions(unnamed) : runOptions({ ...unnamed, durationNs: 0 });
  return describeOptions(other).filter(({ name }) => !own.some((spec) => spec.name === name));
}

function withOptions(imported: ImportedPlugin, specs: readonly OptionSpec[], given: RawOptions): LoadedPlugin {
  const { name, options } = imported.plugin;
  return { ...imported, options: validateOptions(options, ownSpecs(specs, name), given, `plugin ${name}`) };
}

function ownSpecs(specs: readonly OptionSpec[], plugin: string): OptionSpec[] {
  return specs.filter((spec) => spec.plugin === plugin);
}

/** Flag, else file, else default. A flag that is given twice is refused later, in the second pass. */
function chosenPlugins(
  spec: OptionSpec,
  args: readonly string[],
  config: ConfigFile | undefined,
): { kind: PluginKind; name: string }[] {
  const chooser = CHOOSERS[spec.key];
  if (chooser === undefined) return [];
  const flags = peekArgv(args, chooser.names);
  const configured = [peekConfig(config, ...chooser.names) ?? spec.default].flat().map(String);
  const names = (flags.length > 0 ? flags : configured).flatMap((name) =>
    spec.form === 'list' ? name.split(',') : name,
  );
  const distinct = [...new Set(names)].filter((name) => name !== '');
  if (distinct.length === 0) throw usageError(`--${spec.name} needs the name of a plugin`);
  return (spec.form === 'list' ? distinct : distinct.slice(0, 1)).map((name) => ({ kind: chooser.kind, name }));
}
