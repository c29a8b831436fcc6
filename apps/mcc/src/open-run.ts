import { openCommand, runOptions, unknownLetters, type OpenedCommand, type RunDefaults } from '@mcc/core';
import { pluginPlaces } from './environment.js';
import { HELP_SPECS } from './help.js';

export interface OpenedRun {
  readonly opened: OpenedCommand<ReturnType<typeof runOptions>>;
  /** What it takes when nothing is said. */
  readonly defaults: RunDefaults;
}

/**
 * Opens a run with those of the candidates' defaults under which the fewest one-letter flags are unknown; of several, with
 * the first. A protocol that is named, by a flag or in a file, leaves nothing to choose.
 */
export async function openRun(
  args: readonly string[],
  [first, ...others]: readonly [RunDefaults, ...RunDefaults[]],
): Promise<OpenedRun> {
  let best = await open(args, first);
  for (const defaults of others) {
    if (best.unknown === 0) break;
    const other = await open(args, defaults);
    if (other.unknown < best.unknown) best = other;
  }
  return best;
}

async function open(args: readonly string[], defaults: RunDefaults): Promise<OpenedRun & { unknown: number }> {
  const opened = await openCommand(
    'run',
    runOptions(defaults),
    args,
    pluginPlaces(),
    HELP_SPECS,
    configFromEnvironment(),
  );
  return { opened, defaults, unknown: unknownLetters(args, opened.specs).length };
}

/** What a command line that is not to be changed leaves out, such as the device of the user-level stack. */
function configFromEnvironment(): string | undefined {
  return process.env.MCC_CONFIG || undefined;
}
