import {
  describeOptions,
  importPlugin,
  instantiate,
  scanArgv,
  text,
  usageError,
  validateOptions,
  z,
  type Finding,
} from '@mcc/core';
import type { CAC } from 'cac';
import { PLUGIN_DEFAULTS, pluginPlaces } from '../environment.js';
import { HELP_SPECS, printHelp, wantsHelp } from '../help.js';
import { table } from '../table.js';

const DOCTOR_OPTIONS = z.object({
  stack: text()
    .prefault(PLUGIN_DEFAULTS.stack)
    .describe('network stack plugin to look into')
    .meta({ placeholder: 'NAME', otherNames: ['network-stack'] }),
});

/** `mcc doctor`: what the machine has and lacks for a stack. Exit code 1 when something is missing. */
export async function doctorCommand(args: readonly string[], cli: CAC): Promise<number> {
  const specs = describeOptions(DOCTOR_OPTIONS);
  if (wantsHelp(args)) {
    printHelp(cli, [...specs, ...HELP_SPECS]);
    return 0;
  }
  const { options: given, positionals } = scanArgv(args, [...specs, ...HELP_SPECS]);
  if (positionals[0] !== undefined)
    throw usageError(`mcc doctor takes no argument "${positionals[0]}": use --stack NAME`);
  const { stack: name } = validateOptions(DOCTOR_OPTIONS, specs, given, 'mcc doctor');
  const { plugin } = await importPlugin('stack', name, pluginPlaces());
  const defaults = validateOptions(plugin.options, [], new Map(), `plugin ${plugin.name}`);
  const findings = instantiate('stack', plugin, defaults).doctor?.() ?? [];
  process.stdout.write(renderFindings(plugin.name, findings));
  return findings.some((finding) => finding.status === 'missing') ? 1 : 0;
}

/** Aligned lines, each followed by the command that mends it. */
export function renderFindings(stack: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return `The stack ${stack} has nothing to check.\n`;
  const lines = table(findings.map(({ status, subject, detail }) => [status, subject, detail])).split('\n');
  const mended = findings.flatMap(({ status, remedy }, index) => {
    const how = status === 'missing' ? 'to mend it' : 'to change it';
    return remedy === undefined ? [lines[index]!] : [lines[index]!, `         ${how}: ${remedy}`];
  });
  return `${mended.join('\n')}\n`;
}
