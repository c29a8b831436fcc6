// Running other programs. Nothing here needs a package: it also runs before `npm ci`.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository, without a trailing slash. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Where administrators' programs live; a plain user's PATH often lacks them. */
const SBIN = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The full path of a program, or undefined. */
export function which(program) {
  for (const folder of [...(process.env.PATH ?? '').split(':'), ...SBIN]) {
    const path = join(folder || '.', program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/**
 * Runs a program to its end. Resolves to { code, output }: its exit code (128 + n for signal n, as a shell has it) and
 * what it wrote to stdout and stderr, in order. With `show`, the output is also passed on as it comes.
 */
export function run(program, args, { cwd = ROOT, env = {}, show = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    const take = (stream) => (chunk) => {
      chunks.push(chunk);
      if (show) stream.write(chunk);
    };
    child.stdout.on('data', take(process.stdout));
    child.stderr.on('data', take(process.stderr));
    child.on('error', (error) => resolve({ code: 127, output: `${program}: ${error.message}\n` }));
    child.on('close', (code, signal) => {
      resolve({ code: code ?? signalCode(signal), output: Buffer.concat(chunks).toString() });
    });
  });
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** The exit code by which a shell reports an end by signal. */
export function signalCode(signal) {
  return 128 + (SIGNAL_NUMBERS[signal] ?? 0);
}
