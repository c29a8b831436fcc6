import { listPlugins, scanArgv, usageError } from '@mcc/core';
import type { CAC } from 'cac';
import { pluginPlaces } from '../environment.js';
import { HELP_SPECS, printHelp, wantsHelp } from '../help.js';
import { table } from '../table.js';

/** `mcc plugins`: what is installed, by the packages' own descriptions. Loads none of them. */
export async function pluginsCommand(args: readonly string[], cli: CAC): Promise<number> {
  if (wantsHelp(args)) {
    printHelp(cli, HELP_SPECS);
    return 0;
  }
  const { positionals } = scanArgv(args, HELP_SPECS);
  if (positionals[0] !== undefined) throw usageError(`mcc plugins takes no argument "${positionals[0]}"`);
  const { cwd, home } = pluginPlaces();
  const rows = listPlugins([cwd, home]).map((plugin) => [
    plugin.kind,
    plugin.name,
    plugin.version,
    plugin.packageName,
    plugin.path,
  ]);
  process.stdout.write(table([['kind', 'name', 'version', 'package', 'path'], ...rows]));
  return 0;
}
