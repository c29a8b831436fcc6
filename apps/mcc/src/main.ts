import { didYouMean, usageError } from '@mcc/core';
import { cac, type CAC } from 'cac';
import { version } from './environment.js';
import { reportError } from './failure.js';
import { wantsHelp } from './help.js';

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

/** The `mcc` command. Never throws: what goes wrong is said on stderr, and is in the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    return reportError(error);
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [first] = args;
  const cli = cac('mcc').usage('[command] [options]').version(version());
  if (first === '--version' || first === '-v') {
    cli.outputVersion();
    return 0;
  }
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
