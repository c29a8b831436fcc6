import { describe, expect, it } from 'vitest';
import { loaded } from '../fixtures/requests.js';
import memory from '../fixtures/memory-stack.js';
import ping from '../fixtures/ping-protocol.js';
import { instantiate } from '../container.js';
import { STATS_BYTES, statsBytes } from '../metrics/layout.js';
import type { Program } from '../contracts/program.js';
import type { WorkerJob } from '../reactor/messages.js';
import { makeJobs, workerCount, type Timing } from './jobs.js';

const TIMING = { setupTimeNs: 1, connectTimeoutNs: 2, timeoutNs: 3 };

function jobsFor(
  workers: number,
  connections: number,
  program?: Program,
  cpus?: number[],
  timing: Timing = TIMING,
): WorkerJob[] {
  const request = {
    stack: loaded(memory, {}, 'file:///stack.js'),
    protocol: loaded(ping, {}, 'file:///protocol.js'),
    smp: workers,
    ...(cpus && { cpus }),
    seed: 7n,
    optionsForReport: {},
  };
  const preflight = {
    role: 'client',
    connections,
    workers,
    endpoints: [{ address: '198.18.0.1', port: 80 }],
    sources: [],
    options: request.stack.options,
  } as const;
  const protocol = instantiate('protocol', ping, request.protocol.options);
  const declared = protocol.client(request.protocol.options, { host: '198.18.0.1', port: 80 });
  return makeJobs(request, program ?? declared, protocol, preflight, timing);
}

describe('makeJobs', () => {
  it('deals out every connection once', () => {
    const ids = jobsFor(3, 10).flatMap(({ context: { sessions, firstConnectionId, workers } }) =>
      Array.from({ length: sessions }, (_, i) => firstConnectionId + i * workers),
    );
    expect(ids.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('gives each worker its core and its own block', () => {
    const jobs = jobsFor(2, 4, undefined, [5, 3]);
    expect(jobs.map(({ context }) => context.cpu)).toEqual([5, 3]);
    expect(jobs.map(({ context }) => context.stats.byteLength)).toEqual([STATS_BYTES, STATS_BYTES]);
    expect(jobs[0]?.context.stats).not.toBe(jobs[1]?.context.stats);
    expect(jobs[1]?.context).toMatchObject({ workerIndex: 1, seed: 7n, ...TIMING });
    expect(jobsFor(1, 1)[0]?.context).not.toHaveProperty('cpu');
  });

  it('makes room for the classes of the program', () => {
    const steps: Program['steps'] = [{ kind: 'wait', time: { kind: 'constant', ns: 1 } }];
    const [job] = jobsFor(1, 1, { role: 'client', messages: [], steps, classes: ['a', 'b'] });
    expect(job?.context.stats.byteLength).toBe(statsBytes(2));
  });

  it('refuses departures with sizes to a program that does not cut its messages', () => {
    const departures = {
      arrival: 'trace',
      stages: [],
      traceNs: Float64Array.of(0),
      messageBytes: Uint32Array.of(9),
    } as const;
    const steps: Program['steps'] = [{ kind: 'send', message: 0 }];
    const program = { role: 'client', messages: [{ bytes: new Uint8Array(9) }], steps } as const;
    const timing = { ...TIMING, departures };
    expect(() => jobsFor(1, 1, program, undefined, timing)).toThrow(/--arrival file: has sizes, and messages of ping/);
    const [job] = jobsFor(1, 1, { ...program, sized: true }, undefined, timing);
    expect(job?.context.departures).toEqual(departures);
  });

  it('sends the protocol along only when its handlers are wanted', () => {
    expect(jobsFor(1, 1)[0]).not.toHaveProperty('protocol');
    const handled = jobsFor(1, 1, { role: 'client', messages: [], steps: [{ kind: 'handler' }] });
    expect(handled[0]?.protocol).toMatchObject({ url: 'file:///protocol.js' });
  });

  it('starts at least one worker and at most one per connection', () => {
    expect([workerCount({ smp: 4 }, 2), workerCount({ smp: 4 }, 9), workerCount({ smp: 4 }, 0)]).toEqual([2, 4, 1]);
  });

  it.each([
    [[{ kind: 'handler' }], 'sends from handlers'],
    [
      [
        { kind: 'wait', time: { kind: 'period', ns: 5 } },
        { kind: 'send', message: 0 },
      ],
      'sends at a period of its own',
    ],
    [[{ kind: 'receive', framing: { kind: 'any' } }], 'sends none'],
  ] as const)('refuses a rate for %j, which has a pace of its own', (steps, why) => {
    const program: Program = { role: 'client', messages: [{ bytes: Uint8Array.of(1) }], steps };
    const departures = { arrival: 'constant', stages: [{ durationNs: 0, from: 5, to: 5 }] } as const;
    const attempt = (): unknown => jobsFor(1, 1, program, undefined, { ...TIMING, departures });
    expect(attempt).toThrow(`--rate (or --stage, --arrival) paces requests, and ping ${why}.`);
  });
});
