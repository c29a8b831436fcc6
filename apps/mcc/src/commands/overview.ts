import { describeOptions, runOptions } from '@mcc/core';
import type { CAC } from 'cac';
import { RUN_DEFAULTS } from '../environment.js';
import { HELP_SPECS, printHelp } from '../help.js';
import { classicLetters } from '../letters.js';

/** `mcc --help`: the commands, core's options of the default one, and the one-letter flags of its own protocols. */
export async function printOverview(cli: CAC): Promise<void> {
  const note =
    "Plugins have more options of their own: mcc run --proto NAME --help lists them, mcc COMMAND --help a command's.";
  const core = describeOptions(runOptions(RUN_DEFAULTS[0]));
  printHelp(cli, [...core, ...HELP_SPECS, ...(await classicLetters())], note);
}
