import { openCommand, prepareServe, processIo, readCommand, serve, serveOptions, usageError } from '@mcc/core';
import type { CAC } from 'cac';
import { defaultServeConnections, PLUGIN_DEFAULTS, pluginPlaces } from '../environment.js';
import { warn } from '../failure.js';
import { HELP_SPECS, printHelp, wantsHelp } from '../help.js';
import { sortPlugins } from './run.js';

/** `mcc serve`: accepts connections and answers, until a signal. */
export async function serveCommand(args: readonly string[], cli: CAC): Promise<number> {
  const opened = await openCommand(serveOptions(PLUGIN_DEFAULTS), args, pluginPlaces(), HELP_SPECS);
  if (wantsHelp(args)) {
    printHelp(cli, opened.specs);
    return 0;
  }
  const { options, plugins, positionals, optionsForReport } = readCommand(opened, args);
  if (positionals[0] !== undefined) {
    throw usageError(`mcc serve takes no argument "${positionals[0]}": use --listen ADDR:PORT`);
  }
  const prepared = await prepareServe(options, sortPlugins(plugins), optionsForReport, defaultServeConnections());
  prepared.warnings.forEach(warn);
  return serve(prepared.request, processIo({ console: process.stdout }));
}
