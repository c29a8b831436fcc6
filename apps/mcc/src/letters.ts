import { describeOptions, importPlugin, unknownLetters, usageError, type OptionSpec } from '@mcc/core';
import { pluginPlaces, RUN_DEFAULTS } from './environment.js';

/** The one-letter flags of the protocols that `mcc` takes by itself. Loads no other plugin. */
export async function classicLetters(): Promise<OptionSpec[]> {
  const protocols = await Promise.all(RUN_DEFAULTS.map(({ proto }) => lettersOf(proto)));
  return protocols.flat();
}

/** Refuses a one-letter flag of a protocol that was not chosen, and says which it is of: `-l` is raw's. */
export async function refuseLettersOfOthers(args: readonly string[], specs: readonly OptionSpec[]): Promise<void> {
  const [unknown] = unknownLetters(args, specs);
  if (unknown === undefined) return;
  const owner = (await classicLetters()).find(({ alias }) => alias === unknown);
  if (owner === undefined) return;
  throw usageError(`unknown option -${unknown}: it is --${owner.name}, which belongs to --proto ${owner.plugin}`);
}

async function lettersOf(protocol: string): Promise<OptionSpec[]> {
  const { plugin } = await importPlugin('protocol', protocol, pluginPlaces());
  return describeOptions(plugin.options, plugin.name).filter((spec) => spec.alias !== undefined);
}
