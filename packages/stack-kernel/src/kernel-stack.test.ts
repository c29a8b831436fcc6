import {
  CLASS_HEADER,
  CLASSES_MAX,
  COMMAND,
  COUNTERS as COUNTER_NAMES,
  COUNTERS_AT,
  ERRORS,
  ERRORS_AT,
  ERRORS_MAX,
  HDR_COUNTS,
  HISTOGRAM_HEADER,
  HISTOGRAMS,
  HISTOGRAMS_AT,
  instantiate,
  OUTCOMES_AT,
  OUTCOMES_MAX,
  RECORD_HEADER,
  STACK_AT,
  STACK_COUNTERS_MAX,
  STATS_BYTES,
  STATS_VERSION,
  STATS_WORDS,
  statsBytes,
  type CounterName,
  type Program,
  type StackPort,
  type WorkerContext,
} from '@mcc/core';
import { describe, expect, it } from 'vitest';
import plugin from './index.js';
import { COUNTERS, native } from './native.js';

const stack = (io: string, spin = false) => instantiate('stack', plugin, plugin.options.parse({ io, spin }));
const interfaces = native().tryUring() === '' ? ['epoll', 'uring'] : ['epoll'];

describe('the plugin', () => {
  it('is a stack named kernel, with sockets chosen by itself unless told', () => {
    expect(plugin).toMatchObject({ kind: 'stack', name: 'kernel', apiVersion: 1 });
    expect(plugin.options.parse({})).toEqual({ io: 'auto', spin: false });
    expect(() => plugin.options.parse({ io: 'poll' })).toThrow();
    expect(stack('auto')).toMatchObject({ name: 'kernel', capabilities: { ownAddresses: false } });
  });

  it('agrees with its native code about the stats block and the errors', () => {
    const numbers = Object.values(ERRORS).flatMap((entry) => ('number' in entry ? [entry.number] : []));
    expect(native().layout()).toEqual({
      version: STATS_VERSION,
      counters: COUNTER_NAMES.length,
      countersAt: COUNTERS_AT,
      errorsAt: ERRORS_AT,
      errorsMax: ERRORS_MAX,
      outcomesAt: OUTCOMES_AT,
      outcomesMax: OUTCOMES_MAX,
      stackAt: STACK_AT,
      stackCountersMax: STACK_COUNTERS_MAX,
      histogramsAt: HISTOGRAMS_AT,
      histograms: HISTOGRAMS.length,
      histogramHeader: HISTOGRAM_HEADER,
      hdrCounts: HDR_COUNTS,
      words: STATS_WORDS,
      classesMax: CLASSES_MAX,
      classHeader: CLASS_HEADER,
      wordsOfClasses: statsBytes(3) / 8,
      errorNumberMax: Math.max(...numbers),
      stackCounters: COUNTERS.length,
    });
  });

  it('raises the limit of open files, and never lowers it', () => {
    const before = native().raiseFileLimit(0);
    expect(native().raiseFileLimit(1)).toEqual(before);
    expect(native().raiseFileLimit(before.soft + 1).soft).toBe(Math.min(before.soft + 1, before.hard));
  });
});

describe.each(interfaces)('over %s', (io) => {
  it('carries a program between a server and a client', () => {
    const server = open('server', io, 0);
    expect(server.facts()).toMatchObject({ io });
    const client = open('client', io, Number(/:(\d+)$/.exec(String(server.facts()['listening']))?.[1]));
    server.port.load(echo);
    server.command(COMMAND.connect);
    client.port.load(tenQuestions);
    client.command(COMMAND.connect);
    const both = (done: () => boolean) => {
      for (let polls = 0; !done() && polls < 5000; polls++) {
        client.port.poll(1000);
        server.port.poll(1000);
      }
    };
    both(() => client.counter('established') === SESSIONS);
    client.command(COMMAND.load, process.hrtime.bigint());
    both(() => client.counter('active') === 0 && server.counter('open') === 0);

    expect(client.counter('requestsCompleted')).toBe(SESSIONS * 10);
    expect(client.counter('requestsFailed')).toBe(0);
    expect(client.counter('bytesReceived')).toBe(SESSIONS * 10 * QUESTION.length);
    expect(server.counter('bytesReceived')).toBe(client.counter('bytesSent'));
    expect(server.counter('established')).toBe(SESSIONS);
    client.port.close();
    server.port.close();
  });

  it('never sleeps where it is told to spin', () => {
    const waits = (spin: boolean): number => {
      const server = open('server', io, 0, spin);
      server.port.load(echo);
      server.command(COMMAND.connect);
      for (let polls = 0; polls < 20; polls++) server.port.poll(1000);
      server.port.close();
      return server.word(STACK_AT + COUNTERS.indexOf('waits'));
    };
    expect(waits(false)).toBeGreaterThan(0);
    expect(waits(true)).toBe(0);
  });

  it('names the address that it cannot listen on', () => {
    const server = open('server', io, 0);
    const taken = Number(/:(\d+)$/.exec(String(server.facts()['listening']))?.[1]);
    expect(() => open('server', io, taken)).toThrowError(
      expect.objectContaining({
        code: 'MCC_ERR_LISTEN',
        message: `Cannot listen on 127.0.0.1:${taken}: Address already in use.`,
      }),
    );
    server.port.close();
  });

  it('counts refused connections as refused', () => {
    const server = open('server', io, 0);
    const closed = Number(/:(\d+)$/.exec(String(server.facts()['listening']))?.[1]);
    server.port.close();
    const client = open('client', io, closed);
    client.port.load(tenQuestions);
    client.command(COMMAND.connect);
    for (let polls = 0; client.counter('connectFailed') < SESSIONS && polls < 5000; polls++) client.port.poll(1000);
    expect(client.word(ERRORS_AT + ERRORS.MCC_ERR_CONNECT_REFUSED.number)).toBeGreaterThanOrEqual(SESSIONS);
    client.port.close();
  });
});

const SESSIONS = 20;
const QUESTION = Buffer.from('how do you do?\n');
const echo: Program = { role: 'server', messages: [], steps: [{ kind: 'echo' }] };
const tenQuestions: Program = {
  role: 'client',
  messages: [{ bytes: QUESTION }],
  steps: [
    { kind: 'send', message: 0 },
    { kind: 'expect', framing: { kind: 'delimiter', bytes: Buffer.from('\n') } },
    { kind: 'repeat', from: 0, times: 9 },
    { kind: 'close' },
  ],
};

interface Opened {
  readonly port: StackPort;
  facts(): Readonly<Record<string, unknown>>;
  command(op: number, payload?: bigint): void;
  counter(name: CounterName): number;
  word(index: number): number;
}

function open(role: 'client' | 'server', io: string, port: number, spin = false): Opened {
  const kernel = stack(io, spin);
  const stats = new SharedArrayBuffer(STATS_BYTES);
  const words = new BigUint64Array(stats);
  const context: WorkerContext = {
    role,
    connections: SESSIONS,
    workers: 1,
    endpoints: [{ address: '127.0.0.1', port }],
    sources: [],
    options: { io },
    workerIndex: 0,
    sessions: SESSIONS,
    firstConnectionId: 0,
    setupTimeNs: 0,
    connectTimeoutNs: 5e9,
    timeoutNs: 5e9,
    seed: 1n,
    stats,
  };
  const opened = kernel.open(context);
  return {
    port: opened,
    facts: () => kernel.facts?.() ?? {},
    command(op, payload) {
      const record = Buffer.alloc(RECORD_HEADER + (payload === undefined ? 0 : 8));
      record.writeUInt16LE(op, 0);
      record.writeUInt32LE(payload === undefined ? 0 : 8, 12);
      if (payload !== undefined) record.writeBigUInt64LE(payload, RECORD_HEADER);
      opened.submit(record, record.length);
    },
    counter: (name) => Number(words[COUNTERS_AT + COUNTER_NAMES.indexOf(name)]),
    word: (index) => Number(words[index]),
  };
}
