import type { PluginKind } from '../contracts/plugin.js';
import type { MccError } from '../errors.js';
import { KIND_WORDS } from '../plugins/names.js';
import type { CommandName, OptionSpec } from './describe.js';
import { usageError } from './raw.js';
import { didYouMean } from './suggest.js';

/** What a command knows beyond its own options, to say of another one where it belongs. */
export interface Elsewhere {
  readonly command: CommandName;
  /** Options of the other command alone. */
  readonly specs: readonly OptionSpec[];
  /** Names of the chosen plugins. */
  readonly chosen: readonly string[];
  /** The kinds of plugin that the command's flags choose. */
  readonly kinds: readonly PluginKind[];
  /** Asked for only when there is something to say: it reads folders. */
  readonly installed: () => readonly { readonly kind: string; readonly name: string }[];
}

/** An option as it was written: `--conn`, or `conn in load.yaml`, and what stands before a name that is meant instead. */
export interface Written {
  readonly name: string;
  readonly label: string;
  readonly dashes: '--' | '';
}

/** One sentence about an option that a command does not take, with what to do where that is known. */
export function unknownOption(written: Written, specs: readonly OptionSpec[], elsewhere?: Elsewhere): MccError {
  const { name, label, dashes } = written;
  if (elsewhere?.specs.some((spec) => answersTo(spec, name)) === true) {
    return usageError(`unknown option ${label}: it is one of ${otherThan(elsewhere.command)}`);
  }
  const names = specs.flatMap((spec) => [spec.name, ...spec.otherNames]);
  const [, owner] = /^([^.]+)\./.exec(name) ?? [];
  const plugins = new Set(specs.flatMap((spec) => spec.plugin ?? []));
  if (owner !== undefined && !plugins.has(owner)) return unknownOwner(written, owner, plugins, elsewhere);
  const ofPlugin = specs.find((spec) => spec.name.endsWith(`.${name}`));
  const hint = ofPlugin === undefined ? didYouMean(name, names, dashes) : `, did you mean ${dashes}${ofPlugin.name}?`;
  return usageError(`unknown option ${label}${hint}`);
}

/** The same for a one-letter flag. `arg` is all of it, as it was written. */
export function unknownLetter(arg: string, specs: readonly OptionSpec[], elsewhere?: Elsewhere): MccError {
  const other = elsewhere?.specs.find((spec) => spec.alias === arg[1]);
  if (other !== undefined && elsewhere !== undefined) {
    return usageError(`unknown option ${arg}: it is --${other.name}, one of ${otherThan(elsewhere.command)}`);
  }
  const long = specs.find((candidate) => candidate.name === arg.slice(1));
  return usageError(`unknown option ${arg}${long === undefined ? '' : `, did you mean --${long.name}?`}`);
}

function unknownOwner(
  { name, label, dashes }: Written,
  owner: string,
  plugins: ReadonlySet<string>,
  elsewhere?: Elsewhere,
): MccError {
  const installed = elsewhere?.chosen.includes(owner) === false ? elsewhere.installed() : [];
  const plugin = installed.find((candidate) => candidate.name === owner);
  if (plugin !== undefined && elsewhere !== undefined) {
    const kind = elsewhere.kinds.find((candidate) => candidate === plugin.kind);
    if (kind !== undefined) return usageError(`${label} belongs to --${KIND_WORDS[kind]} ${owner}: add it`);
    return usageError(`unknown option ${label}: mcc ${elsewhere.command} has no ${plugin.kind}`);
  }
  const meant = didYouMean(owner, new Set([...plugins, ...installed.map((candidate) => candidate.name)]), dashes);
  const hint = meant.replace(/\?$/, `${name.slice(owner.length)}?`);
  return usageError(`unknown option ${label}${hint || `: no chosen plugin named ${owner} has options`}`);
}

function answersTo(spec: OptionSpec, name: string): boolean {
  return spec.name === name || spec.otherNames.includes(name);
}

function otherThan(command: CommandName): string {
  return command === 'run' ? 'mcc serve, not of mcc run' : 'mcc run, not of mcc serve';
}
