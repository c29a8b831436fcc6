import { setFlagsFromString } from 'node:v8';
import { MccError } from '@mcc/core';
import { reportError } from './failure.js';

let failed = 0;

/** Runs a command with this process's arguments, and ends the process with the exit code that it gives. */
export async function execute(command: (args: readonly string[]) => Promise<number>): Promise<never> {
  // For the isolates of the workers, as the command's own flag is for this one: see bin/.
  setFlagsFromString('--no-memory-reducer');
  guardStreams();
  return finish(await command(process.argv.slice(2)));
}

/**
 * A reader that goes away (`mcc | head`) is no error of ours: what it does not want to see is dropped. Anything else
 * that stops our output, such as a full disk, is said once and makes the process fail.
 */
function guardStreams(): void {
  for (const [name, stream] of [
    ['stdout', process.stdout],
    ['stderr', process.stderr],
  ] as const) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || failed !== 0) return;
      failed = reportError(new MccError('MCC_ERR_OUTPUT', { what: `${name} cannot be written: ${error.message}.` }));
    });
  }
}

/** Ends the process once everything written has left it, whatever timers a plugin may have forgotten. */
async function finish(exitCode: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit(exitCode === 0 ? failed : exitCode);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
