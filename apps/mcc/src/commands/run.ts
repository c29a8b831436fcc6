import {
  peekArgv,
  prepareRun,
  processIo,
  readCommand,
  run,
  usageError,
  type ChosenPlugins,
  type LoadedPlugin,
} from '@mcc/core';
import type { CAC } from 'cac';
import { RUN_DEFAULTS } from '../environment.js';
import { warn } from '../failure.js';
import { printHelp, wantsHelp } from '../help.js';
import { refuseLettersOfOthers } from '../letters.js';
import { openRun } from '../open-run.js';
import { refuseFlagsOfOthers, threadsWarning } from '../other-generators.js';

/** `mcc run`: drives load at a target. `candidates` are what it may take by default. */
export async function runCommand(args: readonly string[], cli: CAC, candidates = RUN_DEFAULTS): Promise<number> {
  const { opened, defaults } = await openRun(args, candidates);
  if (wantsHelp(args)) {
    printHelp(cli, opened.specs);
    return 0;
  }
  refuseFlagsOfOthers(args, opened.specs);
  await refuseLettersOfOthers(args, opened.specs);
  const { options, plugins, positionals, optionsForReport } = readCommand(opened, args);
  const dest = chooseTarget(args, positionals);
  const { request, warnings } = await prepareRun(
    { ...options, ...dest },
    sortPlugins(plugins),
    { ...optionsForReport, ...dest },
    defaults.durationNs,
  );
  const threads = threadsWarning(args, opened.specs);
  [...warnings, ...(threads === undefined ? [] : [threads])].forEach(warn);
  const console = dataGoesToStdout(plugins) ? process.stderr : process.stdout;
  const { exitCode } = await run(request, processIo({ console }));
  return exitCode;
}

/** The plugins by their kind: there is one stack and one protocol. */
export function sortPlugins(plugins: readonly LoadedPlugin[]): ChosenPlugins {
  const ofKind = (kind: string): LoadedPlugin[] => plugins.filter(({ plugin }) => plugin.kind === kind);
  return { stack: ofKind('stack')[0]!, protocol: ofKind('protocol')[0]!, reporters: ofKind('reporter') };
}

/** `mcc run http://…` means `--dest http://…`: like any flag, it overrides the configuration file. */
function chooseTarget(args: readonly string[], positionals: readonly string[]): { dest?: string } {
  const [target, second] = positionals;
  if (second !== undefined) throw usageError(`"${second}" is one argument too many: a run has one target`);
  if (target === undefined) return {};
  const [dest] = peekArgv(args, ['dest']);
  if (dest !== undefined) throw usageError(`the target is given twice: as "${target}" and as --dest ${dest}`);
  return { dest: target };
}

/** The JSON report on stdout must be all that is there, so that people's lines go to stderr. */
function dataGoesToStdout(plugins: readonly LoadedPlugin[]): boolean {
  return plugins.some(({ plugin, options }) => plugin.name === 'json' && options.out === undefined);
}
