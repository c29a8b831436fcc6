import { describeOptions, importPlugin, runOptions, type OptionSpec } from '@mcc/core';
import type { CAC } from 'cac';
import { pluginPlaces, RUN_DEFAULTS } from '../environment.js';
import { HELP_SPECS, printHelp } from '../help.js';

/**
 * `mcc --help`: the commands, core's options of the default one, and the one-letter flags of the protocols that it takes
 * by itself. Loads no other plugin.
 */
export async function printOverview(cli: CAC): Promise<void> {
  const note =
    "Plugins have more options of their own: mcc run --proto NAME --help lists them, mcc COMMAND --help a command's.";
  const protocols = await Promise.all(RUN_DEFAULTS.map(({ proto }) => lettersOf(proto)));
  printHelp(cli, [...describeOptions(runOptions(RUN_DEFAULTS[0])), ...HELP_SPECS, ...protocols.flat()], note);
}

async function lettersOf(protocol: string): Promise<OptionSpec[]> {
  const { plugin } = await importPlugin('protocol', protocol, pluginPlaces());
  return describeOptions(plugin.options, plugin.name).filter((spec) => spec.alias !== undefined);
}
