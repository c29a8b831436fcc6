import { describeOptions, runOptions } from '@mcc/core';
import type { CAC } from 'cac';
import { PLUGIN_DEFAULTS } from '../environment.js';
import { HELP_SPECS, printHelp } from '../help.js';

/** `mcc --help`: the commands, and core's options of the default one. Loads no plugin. */
export function printOverview(cli: CAC): void {
  const note =
    "Plugins have options of their own: mcc run --proto NAME --help lists them, mcc COMMAND --help a command's.";
  printHelp(cli, [...describeOptions(runOptions(PLUGIN_DEFAULTS)), ...HELP_SPECS], note);
}
