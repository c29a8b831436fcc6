import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Endpoint } from '../contracts/stack.js';
import { MccError } from '../errors.js';
import type { LoadedPlugin, RunRequest, ServeRequest } from '../run/request.js';
import { parseThreshold } from '../thresholds/threshold.js';
import type { RunOptions, ServeOptions } from './core-options.js';
import { allowedCpus, chooseCpus } from './cpus.js';
import { connectionStagesOf, departuresOf } from './departures.js';
import { planLoad } from './load-plan.js';
import { firstLine, usageError } from './raw.js';
import { familyOf, resolveHost } from './resolve-host.js';
import { formatDuration } from './schemas.js';
import { parseSources } from './sources.js';
import { parseHostPort, parseTarget } from './target.js';

/** The plugins a command has chosen, with their options validated. */
export interface ChosenPlugins {
  readonly stack: LoadedPlugin;
  readonly protocol: LoadedPlugin;
  readonly reporters: readonly LoadedPlugin[];
}

/** A request, and sentences that the user should read before it runs. */
export interface Prepared<Request> {
  readonly request: Request;
  readonly warnings: readonly string[];
}

const DEFAULT_LISTEN_PORT = 8080;
const DEFAULT_LISTEN = `127.0.0.1:${DEFAULT_LISTEN_PORT}`;

/**
 * Turns validated options into what `run` takes: plans the load, resolves the target, chooses cores and seed. `durationNs`
 * is how long the load lasts when the options do not say. Throws MccError.
 */
export async function prepareRun(
  options: RunOptions,
  plugins: ChosenPlugins,
  optionsForReport: Readonly<Record<string, unknown>>,
  durationNs: number,
): Promise<Prepared<RunRequest>> {
  if (options.dest === undefined)
    throw usageError('no target is given: use --dest HOST:PORT or --dest http://HOST:PORT/');
  if (options.conn < options.smp) {
    throw usageError(`--conn ${options.conn} is fewer than --smp ${options.smp}: each worker needs a connection`);
  }
  const load = await planLoad(options, durationNs);
  const departures = departuresOf(load);
  const connectionStages = connectionStagesOf(load);
  options.threshold.forEach(parseThreshold);
  const target = parseTarget(options.dest, plugins.protocol.plugin.defaultPort);
  const sources = options.source === undefined ? [] : parseSources(options.source);
  const family = sources[0] === undefined ? undefined : familyOf(sources[0][0]);
  const { cpus, warnings } = chooseWorkers(options, 'client');
  const endpoints = await resolveHost(target.host, target.port, family);
  const request: RunRequest = {
    stack: plugins.stack,
    protocol: plugins.protocol,
    reporters: plugins.reporters,
    smp: options.smp,
    ...(cpus !== undefined && { cpus }),
    seed: options.seed ?? randomSeed(),
    optionsForReport: { ...optionsForReport, duration: formatDuration(load.durationNs) },
    dest: options.dest,
    target,
    endpoints,
    connections: options.conn,
    durationNs: load.durationNs,
    connectTimeoutNs: options.connectTimeout,
    timeoutNs: options.timeout,
    setupTimeNs: options.setupTime,
    waitTimeNs: options.waitTime,
    ...(departures !== undefined && { departures }),
    ...(connectionStages !== undefined && { connectionStages }),
    intervalNs: options.interval,
    sources,
    thresholds: options.threshold,
  };
  return { request, warnings };
}

/** The same for `serve`. `connectionsMax` is how many connections are accepted when the options do not say. */
export async function prepareServe(
  options: ServeOptions,
  plugins: Omit<ChosenPlugins, 'reporters'>,
  optionsForReport: Readonly<Record<string, unknown>>,
  connectionsMax: number,
): Promise<Prepared<ServeRequest>> {
  const { cpus, warnings } = chooseWorkers(options, 'server');
  const listen = options.listen ?? [plugins.stack.plugin.defaultListen ?? DEFAULT_LISTEN];
  const endpoints = (await Promise.all(listen.map(listenEndpoint))).flat();
  const request: ServeRequest = {
    stack: plugins.stack,
    protocol: plugins.protocol,
    smp: options.smp,
    ...(cpus !== undefined && { cpus }),
    seed: options.seed ?? randomSeed(),
    optionsForReport,
    endpoints,
    connections: options.conn ?? connectionsMax,
  };
  return { request, warnings };
}

function chooseWorkers(options: RunOptions | ServeOptions, role: 'client' | 'server') {
  const { cpus, warning } = chooseCpus(options.cpus, options.smp, role, allowedCpus());
  return { cpus, warnings: warning === undefined ? [] : [warning] };
}

async function listenEndpoint(text: string): Promise<Endpoint[]> {
  const { host, port = DEFAULT_LISTEN_PORT } = parseHostPort(text, '--listen');
  const endpoints = await resolveHost(host, port);
  return port === 0 ? Promise.all(endpoints.map(withFreePort)) : endpoints;
}

/** Every worker listens on the port by itself, so port 0 is made a number before they start. */
async function withFreePort({ address }: Endpoint): Promise<Endpoint> {
  const server = createServer();
  try {
    await once(server.listen(0, address), 'listening');
    return { address, port: (server.address() as AddressInfo).port };
  } catch (cause) {
    throw new MccError('MCC_ERR_LISTEN', { what: `No port is free on ${address}: ${firstLine(cause)}.`, cause });
  } finally {
    server.close();
  }
}

function randomSeed(): bigint {
  return randomBytes(8).readBigUInt64LE();
}
