import type { CAC } from 'cac';
import type { OptionSpec } from '@mcc/core';

/** Options of every command. */
export const HELP_SPECS: readonly OptionSpec[] = [
  {
    key: 'help',
    name: 'help',
    otherNames: [],
    alias: 'h',
    form: 'flag',
    placeholder: '',
    help: 'show this help',
    isDuration: false,
  },
];

const DESCRIPTION_COLUMN_MAX = 40;

/** Whether `--help` or `-h` is among the arguments; a value never begins with a dash. */
export function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === '--help' || arg === '-h');
}

/** Prints the help of the matched command with these options, core's first and then each plugin's. */
export function printHelp(cli: CAC, specs: readonly OptionSpec[], note?: string): void {
  cli.globalCommand.helpCallback = (sections) => {
    const kept = sections.filter((section) => section.title === 'Usage' || section.title === 'Commands');
    return [...kept, ...renderOptions(specs), ...(note === undefined ? [] : [{ body: note }])];
  };
  cli.outputHelp();
}

/** Options as sections of two columns: those of core, then those of each plugin. */
export function renderOptions(specs: readonly OptionSpec[]): { title: string; body: string }[] {
  const owners = new Set(specs.map((spec) => spec.plugin));
  return [...owners].map((owner) => ({
    title: owner === undefined ? 'Options' : `Options of ${owner}`,
    body: optionRows(specs.filter((spec) => spec.plugin === owner)),
  }));
}

/** Two columns; a flag too long for the first one has its text on the next line. */
function optionRows(specs: readonly OptionSpec[]): string {
  const flags = specs.map(flagText);
  const width = Math.min(DESCRIPTION_COLUMN_MAX, Math.max(...flags.map((flag) => flag.length)));
  const rows = specs.map((spec, index) => {
    const flag = flags[index]!;
    const gap = flag.length <= width ? ' '.repeat(width - flag.length + 2) : `\n${' '.repeat(width + 4)}`;
    return `  ${flag}${gap}${helpText(spec)}`.trimEnd();
  });
  return rows.join('\n');
}

function flagText(spec: OptionSpec): string {
  const short = spec.alias === undefined ? '    ' : `-${spec.alias}, `;
  const value = spec.form === 'flag' ? (spec.placeholder === '' ? '' : ' [true|false]') : ` ${spec.placeholder}`;
  return `${short}--${spec.name}${value}`;
}

function helpText(spec: OptionSpec): string {
  const also = spec.otherNames.length === 0 ? '' : ` (also ${spec.otherNames.map((name) => `--${name}`).join(', ')})`;
  const fallback = spec.default === undefined || spec.default === '' ? '' : ` (default: ${spec.default})`;
  return `${spec.help}${also}${fallback}`;
}
