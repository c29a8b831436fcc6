// HTTP over a memif, one core an end: our client against our server, the reference against itself, and each against the
// other's, all in turn.
import { join } from 'node:path';
import { expect } from 'vitest';
import { drive, serve } from '../../tests/harness/mcc.js';
import { tempDir } from '../../tests/harness/temp.js';
import { alternate } from './contest.js';
import {
  CLIENT_ADDRESS,
  CLIENT_SOURCES,
  type Kind,
  ratePerSecond,
  reference,
  SERVER_ADDRESS,
  SERVER_PORTS,
  startReference,
} from './reference.js';
import { publish } from './samples.js';

const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 5);
const ROUNDS = Number(process.env['MCC_BENCH_ROUNDS'] ?? 5);
const CLIENT_CORE = 0;
const SERVER_CORE = 1;
/** A reference may take a while to build up its connections, and does so within its time. */
const REFERENCE_SECONDS = SECONDS + 4;

type End = 'mcc' | 'reference';

const boundMs = (SECONDS + 60) * 1000;
const port = (socket: string): string[] => ['--stack', 'mtcp', '--mtcp.port', `memif:${socket}`];

/** Starts a server; the function returned ends it. */
async function startServer(
  end: End,
  kind: Kind,
  socket: string,
  flags: readonly string[],
): Promise<() => Promise<void>> {
  if (end === 'mcc') {
    const listen = SERVER_PORTS.flatMap((number) => ['--listen', `${SERVER_ADDRESS}:${number}`]);
    const address = ['--mtcp.address', SERVER_ADDRESS, ...listen, '--cpus', `${SERVER_CORE}`];
    const server = await serve([...port(socket), ...address, '--http.body-size', '1', ...flags], { boundMs });
    return async () => {
      server.kill('SIGTERM');
      await server.ended;
    };
  }
  const server = startReference('serve', kind, { socket, core: SERVER_CORE, seconds: REFERENCE_SECONDS + 20 });
  await server.waitFor(/^ready$/m);
  return async () => {
    server.kill('SIGTERM');
    await server.ended.catch(() => undefined);
  };
}

async function runClient(end: End, kind: Kind, socket: string, flags: readonly string[]): Promise<number> {
  if (end === 'reference') {
    const at = { socket, core: CLIENT_CORE, seconds: REFERENCE_SECONDS };
    return ratePerSecond((await startReference('run', kind, at).ended).stdout);
  }
  const dest = ['--dest', `${SERVER_ADDRESS}:${SERVER_PORTS[0]}`];
  const from = ['--mtcp.address', `${CLIENT_ADDRESS},${CLIENT_SOURCES}`, '--source', CLIENT_SOURCES];
  const load = ['-d', `${SECONDS}`, '--cpus', `${CLIENT_CORE}`, ...flags];
  const { report } = await drive([...port(socket), ...dest, ...from, ...load], { boundMs });
  expect.soft(report.errors).toEqual({});
  return report.requests.ratePerSecond;
}

/** Runs the contest and publishes its table. `client` and `server`: further flags of mcc. */
export async function memifContest(
  title: string,
  kind: Kind,
  flags: { readonly client: readonly string[]; readonly server: readonly string[] },
): Promise<Record<string, number[]>> {
  const pair = (client: End, server: End) => async (): Promise<number> => {
    const socket = join(tempDir(), 'memif');
    const stop = await startServer(server, kind, socket, flags.server);
    const rate = await runClient(client, kind, socket, flags.client);
    await stop();
    return rate;
  };
  const results = await alternate(ROUNDS, {
    'mcc run, mcc serve': pair('mcc', 'mcc'),
    ...(reference !== undefined && {
      'mcc run, reference': pair('mcc', 'reference'),
      'reference, mcc serve': pair('reference', 'mcc'),
      'reference, reference': pair('reference', 'reference'),
    }),
  });
  publish(
    title,
    '1/s',
    Object.entries(results).map(([name, values]) => ({ name, values })),
  );
  return results;
}
