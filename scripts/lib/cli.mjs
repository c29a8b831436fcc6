// Starting the built `mcc` command.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from './command.mjs';

/** The module that `mcc` runs, as apps/mcc/package.json names it. */
export function cliPath() {
  const home = join(ROOT, 'apps', 'mcc');
  const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return join(home, bin.mcc);
}

/**
 * Starts `mcc` in a process group of its own: a Ctrl-C at the terminal does not reach it, so that the caller decides
 * who is told, and in what order.
 */
export function spawnMcc(args, stdio) {
  return spawn(process.execPath, [cliPath(), ...args], { stdio, detached: true });
}

/** Resolves to the child's exit as { code, signal }. */
export function ended(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve({ code: child.exitCode, signal: child.signalCode });
      return;
    }
    child.once('error', () => resolve({ code: 127, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** A TCP port of the loopback that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
