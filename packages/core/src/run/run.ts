import { randomUUID } from 'node:crypto';
import { instantiate } from '../container.js';
import type { Load, Protocol } from '../contracts/protocol.js';
import type { RunInfo, RunReport } from '../contracts/report.js';
import type { PreflightContext } from '../contracts/stack.js';
import type { RunRecord } from '../metrics/report.js';
import { explain } from '../errors.js';
import { exitCode } from './exit-code.js';
import type { RunIo } from './io.js';
import { makeJobs, workerCount } from './jobs.js';
import { Lifecycle, type Outcome } from './lifecycle.js';
import { refusalOf, reportRefusal } from './refusal.js';
import { ReporterHost } from './reporters.js';
import type { RunRequest } from './request.js';
import { StopSignals } from './signals.js';
import { Telemetry } from './telemetry.js';
import { TOOL } from './tool.js';
import { WORKER_URL, WorkerPool } from './worker-pool.js';

const NS_PER_MS = 1e6;

/**
 * Performs a run and reports it. Rejects with an MccError when the request asks for what cannot be; what keeps the
 * workers from starting or connections from being opened, and whatever happens after the first was tried, is in the
 * report and the exit code. `workerUrl` is the built worker; tests give their own.
 */
export async function run(
  request: RunRequest,
  io: RunIo,
  workerUrl: URL = WORKER_URL,
): Promise<{ report: RunReport; exitCode: number }> {
  const signals = new StopSignals(io);
  try {
    return await perform(request, io, workerUrl, signals);
  } finally {
    signals.release();
  }
}

async function perform(
  request: RunRequest,
  io: RunIo,
  workerUrl: URL,
  signals: StopSignals,
): Promise<{ report: RunReport; exitCode: number }> {
  const startedAt = new Date().toISOString();
  const stack = instantiate('stack', request.stack.plugin, request.stack.options);
  const protocol = instantiate('protocol', request.protocol.plugin, request.protocol.options);
  const program = protocol.client(request.protocol.options, request.target, loadOf(request));
  const preflight = preflightOf(request);
  const info = infoOf(request, preflight.workers, startedAt);
  const refusal = refusalOf(() => stack.preflight?.(preflight));
  if (refusal !== undefined) {
    return reportRefusal(refusal, request, info, stack, await startReporters(request, info, io), io);
  }
  const classes = { classes: program.classes ?? [], stackClasses: stack.classes ?? [] };
  const jobs = makeJobs(request, program, protocol, preflight, request, classes.stackClasses.length);
  const pool = WorkerPool.start(jobs, workerUrl, io);
  let telemetry: Telemetry | undefined;
  try {
    // While the workers start.
    const host = await startReporters(request, info, io);
    telemetry = new Telemetry({
      blocks: jobs.map((job) => job.context.stats),
      stack,
      host,
      intervalMs: request.intervalNs / NS_PER_MS,
      connections: request.connections,
    });
    const outcome = await new Lifecycle(planOf(request), pool, telemetry, signals).run();
    telemetry.stop();
    await pool.end();
    const { started, error } = outcome;
    if (!started && error !== undefined) return await reportRefusal(error, request, info, stack, host, io);
    if (error !== undefined) io.stderr.write(`mcc: ${explain(error)}\n`);
    const report = await reportOf(request, info, outcome, telemetry, pool, protocol, classes, io);
    await host.end(report);
    const code = exitCode(report, signals.received);
    return { report, exitCode: code === 0 && host.outputLost ? 1 : code };
  } finally {
    telemetry?.stop();
    await pool.end();
  }
}

function loadOf({ departures }: RunRequest): Load {
  const sizes = departures?.messageBytes;
  return sizes === undefined ? {} : { messageBytesMax: sizes.reduce((most, size) => Math.max(most, size), 0) };
}

async function startReporters(request: RunRequest, info: RunInfo, io: RunIo): Promise<ReporterHost> {
  const host = ReporterHost.make(request.reporters, io);
  await host.start(info);
  return host;
}

function preflightOf(request: RunRequest): PreflightContext {
  return {
    role: 'client',
    connections: request.connections,
    workers: workerCount(request, request.connections),
    endpoints: request.endpoints,
    sources: request.sources,
    options: request.stack.options,
  };
}

function infoOf(request: RunRequest, workers: number, startedAt: string): RunInfo {
  return {
    id: randomUUID(),
    startedAt,
    stack: request.stack.plugin.name,
    protocol: request.protocol.plugin.name,
    target: request.dest,
    connections: request.connections,
    workers,
    seed: request.seed.toString(),
    options: request.optionsForReport,
  };
}

function planOf(request: RunRequest): ConstructorParameters<typeof Lifecycle>[0] {
  return {
    connectsInLoad: request.connectionStages !== undefined,
    setupMs: request.setupTimeNs / NS_PER_MS,
    connectTimeoutMs: request.connectTimeoutNs / NS_PER_MS,
    waitMs: request.waitTimeNs / NS_PER_MS,
    durationMs: request.durationNs / NS_PER_MS,
    timeoutMs: request.timeoutNs / NS_PER_MS,
  };
}

async function reportOf(
  request: RunRequest,
  run: RunInfo,
  outcome: Outcome,
  telemetry: Telemetry,
  pool: WorkerPool,
  protocol: Protocol,
  classes: Pick<RunRecord, 'classes' | 'stackClasses'>,
  io: RunIo,
): Promise<RunReport> {
  // Only now: it brings in what encodes histograms, which would delay the first connection.
  const { buildReport } = await import('../metrics/report.js');
  const load = telemetry.load;
  const record: RunRecord = {
    tool: TOOL,
    run,
    endedBy: outcome.endedBy,
    connectStartNs: outcome.connectStartNs,
    total: telemetry.snapshot(),
    ...(load && { load }),
    facts: pool.facts,
    intervals: telemetry.intervals,
    thresholds: request.thresholds,
    ...classes,
    summarise: (outcomes, figures) => shielded(() => protocol.summarise?.(outcomes, figures), protocol.name, io),
  };
  return buildReport(record);
}

/** A protocol that cannot summarise costs its section of the report, not the report. */
function shielded<T>(summarise: () => T, name: string, io: RunIo): T | undefined {
  try {
    return summarise();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    io.stderr.write(`mcc: the protocol ${name} threw in summarise, and its section is left out: ${detail}\n`);
    return undefined;
  }
}
