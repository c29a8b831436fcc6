import { instantiate } from '../container.js';
import type { Endpoint, PreflightContext, Stack } from '../contracts/stack.js';
import { MccError } from '../errors.js';
import { mergeSnapshots, takeSnapshot, type Snapshot } from '../metrics/snapshot.js';
import { StatsReader } from '../metrics/stats-reader.js';
import type { Facts, WorkerJob } from '../reactor/messages.js';
import type { RunIo } from './io.js';
import { makeJobs, workerCount } from './jobs.js';
import type { ServeRequest } from './request.js';
import { StopSignals } from './signals.js';
import { WORKER_URL, WorkerPool } from './worker-pool.js';

/** How long replies under way are awaited once the server is told to stop. */
const DRAIN_MS = 1000;
const ABORT_MS = 300;
/** How long a stack waits for a peer that neither reads nor goes on, in ns. */
const TIMEOUT_NS = 10e9;

export interface ServeIo extends RunIo {
  /** Called once, when every worker listens. */
  listening(endpoints: readonly Endpoint[], facts: Facts): void;
  /** Called once, after the last connection was closed. */
  ended(totals: Snapshot): void;
}

/**
 * Serves until the first SIGINT or SIGTERM: then stops accepting, lets replies under way finish for a moment, closes.
 * Resolves with the exit code: 0 after a signal, since that is how a server is meant to end. Rejects with an MccError
 * when it cannot listen or breaks. `workerUrl` is the built worker; tests give their own.
 */
export async function serve(request: ServeRequest, io: ServeIo, workerUrl: URL = WORKER_URL): Promise<number> {
  const { jobs, stack } = prepare(request);
  const signals = new StopSignals(io);
  const pool = WorkerPool.start(jobs, workerUrl, io);
  const stopped = signals.first.then(() => 'stopped' as const);
  const broken = pool.broken.then((error) => Promise.reject(error));
  try {
    if ((await Promise.race([pool.ready, stopped, broken])) !== 'stopped') {
      pool.post({ type: 'connect' });
      await Promise.race([pool.connected, broken]);
      io.listening(request.endpoints, pool.facts);
      await Promise.race([stopped, broken]);
      await drain(pool);
    }
  } finally {
    await pool.end();
    signals.release();
  }
  io.ended(jobs.map((job) => takeSnapshot(new StatsReader(job.context.stats), stack)).reduce(mergeSnapshots));
  return 0;
}

function prepare(request: ServeRequest): { jobs: WorkerJob[]; stack: Stack } {
  const stack = instantiate('stack', request.stack.plugin, request.stack.options);
  const protocol = instantiate('protocol', request.protocol.plugin, request.protocol.options);
  if (protocol.server === undefined) {
    throw new MccError('MCC_ERR_USAGE', {
      what: `The protocol ${protocol.name} cannot serve.`,
      remedy: 'Choose another --proto.',
    });
  }
  const program = protocol.server(request.protocol.options);
  const preflight: PreflightContext = {
    role: 'server',
    connections: request.connections,
    workers: workerCount(request, request.connections),
    endpoints: request.endpoints,
    sources: [],
    options: request.stack.options,
  };
  stack.preflight?.(preflight);
  const timing = { setupTimeNs: 0, connectTimeoutNs: TIMEOUT_NS, timeoutNs: TIMEOUT_NS };
  return { jobs: makeJobs(request, program, protocol, preflight, timing), stack };
}

async function drain(pool: WorkerPool): Promise<void> {
  pool.post({ type: 'drain' });
  if (await reached(pool.drained, DRAIN_MS)) return;
  pool.post({ type: 'abort' });
  await reached(pool.drained, ABORT_MS);
}

async function reached(goal: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  const result = await Promise.race([goal.then(() => true as const), late]);
  clearTimeout(timer);
  return result;
}
