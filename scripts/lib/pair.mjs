// The two ends of a run on one machine: `mcc serve` on one core, `mcc run` on the other, over either stack.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, freePort, spawnMcc } from './cli.mjs';
import { signalCode } from './command.mjs';

/** How long the server may take to listen, and to end. */
const PATIENCE_MS = 10_000;

/** Addresses of the two ends of a memif, from those for benchmarks (RFC 2544). The client has 16,382, for millions. */
const SERVER = '198.18.0.2';
const CLIENT = '198.18.64.1-198.18.127.254';

/**
 * Starts a server on `stack` with these flags. Resolves, once it listens, to the flags that aim a client of that stack at
 * it, and to a function that ends it.
 */
export async function startServer(stack, flags) {
  const place = stack === 'mtcp' ? memif() : await loopback();
  const child = spawnMcc(['serve', '--stack', stack, ...place.serve, ...flags], ['ignore', 'pipe', 'inherit']);
  try {
    await listening(child);
  } catch (error) {
    child.kill('SIGKILL');
    place.remove();
    throw error;
  }
  return {
    run: place.run,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await ended(child);
      clearTimeout(late);
      place.remove();
    },
  };
}

/** Runs `mcc run`, telling it of every signal that this process gets. Resolves to its exit code. */
export async function drive(flags) {
  const child = spawnMcc(['run', ...flags], 'inherit');
  const tell = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, tell);
  const { code, signal } = await ended(child);
  for (const name of SIGNALS) process.off(name, tell);
  return code ?? signalCode(signal);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

async function loopback() {
  const address = `127.0.0.1:${await freePort()}`;
  return { serve: ['--listen', address], run: ['--dest', address], remove: () => undefined };
}

function memif() {
  const folder = mkdtempSync(join(tmpdir(), 'mcc-'));
  const port = ['--mtcp.port', `memif:${join(folder, 'memif.sock')}`];
  return {
    serve: [...port, '--mtcp.address', SERVER],
    run: [...port, '--mtcp.address', CLIENT, '--dest', `${SERVER}:8080`],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function listening(child) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('The server did not start in time.')), PATIENCE_MS);
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (!/^listening on .*\n/m.test(said)) return;
      clearTimeout(late);
      resolve();
    });
    child.once('exit', () => {
      clearTimeout(late);
      reject(new Error(`The server did not start.\n${said}`));
    });
  });
}
