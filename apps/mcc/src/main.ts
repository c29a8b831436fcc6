import { didYouMean, usageError, type RunDefaults } from '@mcc/core';
import { cac, type CAC } from 'cac';
import { RUN_DEFAULTS, version } from './environment.js';
import { reportError } from './failure.js';
import { wantsHelp } from './help.js';

export { execute } from './streams.js';

/** Runs a command on the arguments after its name, and gives the exit code. */
type Action = (args: readonly string[], cli: CAC) => Promise<number>;

interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** Loaded when it is wanted, so that `--help` starts quickly. */
  readonly load: () => Promise<Action>;
}

const COMMANDS: readonly Command[] = [
  {
    name: 'run',
    usage: 'run [target]',
    summary: 'drive load at a target; the default command',
    load: async () => (await import('./commands/run.js')).runCommand,
  },
  {
    name: 'serve',
    usage: 'serve',
    summary: 'be the other end: accept connections and answer',
    load: async () => (await import('./commands/serve.js')).serveCommand,
  },
  {
    name: 'doctor',
    usage: 'doctor',
    summary: 'what this machine has and lacks for a stack, and the command that mends it',
    load: async () => (await import('./commands/doctor.js')).doctorCommand,
  },
  {
    name: 'plugins',
    usage: 'plugins',
    summary: 'every plugin found: kind, name, version, package, path',
    load: async () => (await import('./commands/plugins.js')).pluginsCommand,
  },
];

/** A program that does what `mcc run` does, under a name and with defaults of its own. */
export interface Front {
  readonly name: string;
  /** What it is for, in its help. */
  readonly summary: string;
  readonly defaults: Partial<RunDefaults>;
}

/** The `mcc` command. Never throws: what goes wrong is said on stderr, and is in the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  return reporting(() => dispatch(args));
}

/** The command of a front, likewise. */
export async function frontMain(args: readonly string[], { name, summary, defaults }: Front): Promise<number> {
  return reporting(async () => {
    const cli = cac(name).version(version());
    if (askedForVersion(args, cli)) return 0;
    const { runCommand } = await import('./commands/run.js');
    let exitCode = 0;
    cli.command('[target]', summary).action(async () => {
      exitCode = await runCommand(args, cli, [{ ...RUN_DEFAULTS[0], ...defaults }]);
    });
    cli.parse(['node', name], { run: false });
    await cli.runMatchedCommand();
    return exitCode;
  });
}

async function reporting(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    return reportError(error);
  }
}

function askedForVersion([first]: readonly string[], cli: CAC): boolean {
  const asked = first === '--version' || first === '-v';
  if (asked) cli.outputVersion();
  return asked;
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [first] = args;
  const cli = cac('mcc').usage('[command] [options]').version(version());
  if (askedForVersion(args, cli)) return 0;
  const named = COMMANDS.find((command) => command.name === first);
  if (named === undefined) refuseUnknownCommand(first);
  const rest = named === undefined ? args : args.slice(1);
  let exitCode = 0;
  for (const command of COMMANDS) {
    cli.command(command.usage, command.summary).action(async () => {
      const action = await command.load();
      exitCode = await action(rest, cli);
    });
  }
  if (named === undefined && first !== undefined && wantsHelp([first])) {
    const { printOverview } = await import('./commands/overview.js');
    await printOverview(cli);
    return 0;
  }
  // Only the command's name goes through cac: it would turn the value 007 into the number 7.
  cli.parse(['node', 'mcc', named?.name ?? 'run'], { run: false });
  await cli.runMatchedCommand();
  return exitCode;
}

/** Without a command the first argument may be a target, but a bare word is more likely a misspelt command. */
function refuseUnknownCommand(first: string | undefined): void {
  if (first === undefined || first.startsWith('-') || /[.:/[]|^localhost$/.test(first)) return;
  const names = COMMANDS.map((command) => command.name);
  throw usageError(`unknown command "${first}"${didYouMean(first, names) || `: there are ${names.join(', ')}`}`);
}
