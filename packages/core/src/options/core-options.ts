import { z } from 'zod';
import { parseCpuList } from './cpus.js';
import { count, duration, formatDuration, list, rate, text } from './schemas.js';
import { stagesWithin } from './stage.js';

/** The plugins that are taken when none are named. Whoever starts a run decides: core knows no plugin by name. */
export interface PluginDefaults {
  readonly stack: string;
  readonly proto: string;
  readonly reporter: string;
}

/** What `mcc run` takes besides, when nothing is said. */
export interface RunDefaults extends PluginDefaults {
  /** Of the load phase; 0: until a signal. */
  readonly durationNs: number;
}

/** No duration may be longer: timers of JavaScript run to 24 days. */
const HOUR_NS = 3_600_000_000_000;
const DURATION_MAX_NS = 500 * HOUR_NS;
const MS_NS = 1_000_000;
/** Connections are numbered with 32 bits, and each takes memory from the start. */
const CONNECTIONS_MAX = 1_000_000_000;
const WORKERS_MAX = 1024;
/** Requests per second over all connections: one in 1000 s, and more than any machine sends. */
const RATE_MIN = 0.001;
const RATE_MAX = 100_000_000;

/** Options of `mcc run`. Each field documents itself: help and configuration files are derived from it. */
export function runOptions(defaults: RunDefaults) {
  return z.object({
    dest: text()
      .optional()
      .describe('target: HOST[:PORT], or a URL, with or without http://; required')
      .meta({ placeholder: 'TARGET' }),
    ...pluginOptions(defaults),
    reporter: list()
      .transform((names) => [...new Set(names.flatMap((name) => name.split(',')))].filter((name) => name !== ''))
      .prefault(defaults.reporter)
      .describe('reporter plugins')
      .meta({ placeholder: 'NAME[,NAME…]' }),
    conn: count({ min: 1, max: CONNECTIONS_MAX })
      .prefault('100')
      .describe('total connections, over all workers')
      .meta({ alias: 'c' }),
    duration: time()
      .optional()
      .describe(
        'length of the load phase; 0: until a signal; ' +
          `default: that of --stage or of the file of --arrival, or ${formatDuration(defaults.durationNs)}`,
      )
      .meta({ alias: 'd' }),
    ...workerOptions('lowest allowed core up'),
    connectTimeout: time(MS_NS).prefault('10s').describe('how long to wait for a connection'),
    timeout: time(MS_NS).prefault('10s').describe('how long to wait for a reply'),
    setupTime: time().prefault('0').describe('connections open evenly over this time; 0: at once').meta({ alias: 's' }),
    waitTime: time().prefault('0').describe('pause between set-up and load').meta({ alias: 'w' }),
    rate: rate({ min: RATE_MIN, max: RATE_MAX })
      .optional()
      .describe('requests per second over all connections: open loop; 0.5 is one in two seconds')
      .meta({ alias: 'R' }),
    arrival: arrival()
      .optional()
      .describe('inter-departure times: constant (default), poisson or uniform under --rate, or file:PATH, a trace'),
    stage: list()
      .transform(stagesWithin({ durationNs: DURATION_MAX_NS, rate: RATE_MAX }))
      .optional()
      .describe(
        'go to a rate, or to a number of connections in use, evenly over TIME; repeatable, one after the other: 30s:10k',
      )
      .meta({ placeholder: 'TIME:RATE|TIME:conn=N' }),
    source: list()
      .transform((parts) => parts.join(','))
      .optional()
      .describe("local addresses to connect from; default: the stack's own")
      .meta({ placeholder: 'ADDR[/LEN][-ADDR][,…]' }),
    threshold: list()
      .prefault([])
      .describe("condition on the report, such as 'latency.p99<5ms'; exit code 99 if it fails; repeatable")
      .meta({ placeholder: 'EXPR' }),
    ...runWideOptions(),
    interval: time(100 * MS_NS)
      .prefault('1s')
      .describe('how often reporters get a snapshot'),
  });
}

/** Options of `mcc serve`. */
export function serveOptions(defaults: PluginDefaults) {
  return z.object({
    listen: list()
      .optional()
      .describe("address and port to accept connections on; repeatable; default: the stack's own, or 127.0.0.1:8080")
      .meta({ placeholder: 'ADDR[:PORT]' }),
    ...pluginOptions(defaults),
    conn: count({ min: 1, max: CONNECTIONS_MAX })
      .optional()
      .describe('the most connections at one time; default: as many as files may be open')
      .meta({ alias: 'c' }),
    ...workerOptions('highest allowed core down'),
    ...runWideOptions(),
  });
}

/** How departures are spread in time. */
export type Arrival = 'constant' | 'poisson' | 'uniform' | `file:${string}`;

export type RunOptions = Readonly<z.output<ReturnType<typeof runOptions>>>;
export type ServeOptions = Readonly<z.output<ReturnType<typeof serveOptions>>>;

function pluginOptions(defaults: PluginDefaults) {
  return {
    stack: text()
      .prefault(defaults.stack)
      .describe('network stack plugin')
      .meta({ placeholder: 'NAME', otherNames: ['network-stack'] }),
    proto: text().prefault(defaults.proto).describe('protocol plugin').meta({ placeholder: 'NAME' }),
  };
}

function workerOptions(order: string) {
  return {
    smp: count({ min: 1, max: WORKERS_MAX }).prefault('1').describe('worker threads, one pinned core each'),
    cpus: text()
      .transform((value, context) => {
        const cpus = parseCpuList(value);
        if (cpus !== undefined) return cpus;
        context.addIssue({ code: 'custom', input: value, message: `"${value}" is not a list of cores, such as 0,2-3` });
        return z.NEVER;
      })
      .optional()
      .describe(`the cores they are pinned to, such as 0,2-3; default: from the ${order}`)
      .meta({ placeholder: 'LIST' }),
  };
}

function runWideOptions() {
  return {
    config: text().optional().describe('YAML file of options; flags override it').meta({ placeholder: 'FILE' }),
    seed: z
      .union([z.string(), z.number()])
      .transform((value, context) => {
        const seed = /^\d{1,20}$/.test(String(value)) ? BigInt(value) : -1n;
        if (seed >= 0n && seed < 1n << 64n) return seed;
        context.addIssue({ code: 'custom', input: value, message: `"${value}" is not a whole number below 2^64` });
        return z.NEVER;
      })
      .optional()
      .describe('seed of every random draw; default: random, and reported')
      .meta({ placeholder: 'N' }),
  };
}

function time(min = 0) {
  return duration({ min, max: DURATION_MAX_NS });
}

function arrival() {
  return text()
    .transform((value, context) => {
      if (isArrival(value)) return value;
      const message = `"${value}" is not one of constant, poisson, uniform, file:PATH`;
      context.addIssue({ code: 'custom', input: value, message });
      return z.NEVER;
    })
    .meta({ placeholder: 'KIND' });
}

function isArrival(text: string): text is Arrival {
  return /^(constant|poisson|uniform|file:.+)$/.test(text);
}
