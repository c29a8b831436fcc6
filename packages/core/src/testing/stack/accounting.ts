import { expect, it } from 'vitest';
import type { Program, Step } from '../../contracts/program.js';
import { isMccError } from '../../errors.js';
import {
  COUNTERS,
  COUNTERS_AT,
  COUNTERS_MAX,
  HANDLER_NS_AT,
  HDR_COUNTS,
  HISTOGRAM_HEADER,
  HISTOGRAM_WORDS,
  HISTOGRAMS,
  HISTOGRAMS_AT,
  STACK_AT,
  STACK_COUNTERS_MAX,
  STATS_VERSION,
} from '../../metrics/layout.js';
import type { End } from './end.js';
import { ECHO, exchange, IDLE, noise } from './programs.js';
import type { Rig } from './rig.js';

const FEW = 20;
const TURNS = 50;

/** The stats block, and the programs that no engine runs. */
export function testAccounting(make: () => Promise<Rig>): void {
  it('writes the stats block as its layout says, and nothing beside', async () => {
    const rig = await make();
    const program = exchange(noise(64), { kind: 'repeat', from: 0, times: TURNS - 1 });
    const { server, client } = rig.join(ECHO, program, { sessions: FEW });
    const words = [client, server].map(({ block }) => new BigUint64Array(block));
    // The reactor's own word.
    for (const block of words) block[HANDLER_NS_AT] = 4711n;
    rig.go(client);
    rig.until('all have ended', () => client.counter('active') === 0 && server.counter('open') === 0);

    for (const end of [client, server]) expectLayout(end);
    for (const block of words) expect(block[HANDLER_NS_AT]).toBe(4711n);
    expect(client.counter('requestsCompleted')).toBe(FEW * TURNS);
    expect(client.counter('bytesSent')).toBe(FEW * TURNS * 64);
    expect(server.counter('bytesReceived')).toBe(client.counter('bytesSent'));
    expect(client.counter('bytesReceived')).toBe(server.counter('bytesSent'));
    expect(client.stats.histogram('connect').count).toBe(client.counter('established'));
    expect(client.stats.histogram('latency').count).toBe(client.counter('requestsCompleted'));
    expect(client.stats.histogram('service').count, 'service times of a closed loop').toBe(0);
    expect(client.counter('busyNs')).toBeGreaterThan(0);
    expect(client.counter('polledNs')).toBeGreaterThanOrEqual(client.counter('busyNs'));
  });

  it('names its own counters, each by one name', async () => {
    const rig = await make();
    const { stack } = rig.open('server', IDLE);
    const limits = stack.limits ?? [];
    expect(stack.counters.length + 2 * limits.length).toBeLessThanOrEqual(STACK_COUNTERS_MAX);
    expect(new Set(stack.counters).size).toBe(stack.counters.length);
    expect(new Set(limits).size).toBe(limits.length);
    for (const name of [...stack.counters, ...limits]) expect(name).toMatch(/^[a-z][a-zA-Z0-9]*$/);
    const facts = stack.facts?.() ?? {};
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    expect(Object.keys(facts).filter((name) => stack.counters.includes(name))).toEqual([]);
  });

  it.each(FAULTY)('refuses a program and names step %i: %s', async (step, _, program) => {
    const rig = await make();
    rig.open('server', IDLE);
    try {
      rig.open('client', program);
    } catch (error) {
      expect(isMccError(error) && error.code).toBe('MCC_ERR_PROGRAM');
      expect((error as Error).message).toMatch(new RegExp(`\\bstep ${step}\\b`, 'i'));
      return;
    }
    expect.unreachable('the program was loaded');
  });

  it('does nothing for as long as it is told to', async () => {
    const rig = await make();
    const { server, client } = rig.join(IDLE, IDLE, { sessions: FEW });
    rig.pass(20);
    for (const { port } of [server, client]) {
      const begun = performance.now();
      expect(port.poll(20_000)).toBe(0);
      const ms = performance.now() - begun;
      expect(ms).toBeGreaterThan(15);
      expect(ms).toBeLessThan(1000);
    }
  });
}

function expectLayout(end: End): void {
  const { stats, stack } = end;
  const isZero = (from: number, to: number): boolean => {
    for (let at = from; at < to; at++) if (stats.word(at) !== 0) return false;
    return true;
  };
  expect(stats.word(0), 'the version').toBe(STATS_VERSION);
  expect(isZero(COUNTERS_AT + COUNTERS.length, COUNTERS_AT + COUNTERS_MAX), 'no counter beyond the last').toBe(true);
  const limitsAt = STACK_AT + stack.counters.length;
  const named = limitsAt + 2 * (stack.limits?.length ?? 0);
  expect(isZero(named, STACK_AT + STACK_COUNTERS_MAX), 'no unnamed counter').toBe(true);
  for (let at = limitsAt; at < named; at += 2) {
    expect(stats.word(at + 1), 'no more free than there are').toBeLessThanOrEqual(stats.word(at));
  }
  expect(stats.errorCount, `${end}`).toBe(0);
  for (const [index, name] of HISTOGRAMS.entries()) {
    const at = HISTOGRAMS_AT + index * HISTOGRAM_WORDS;
    const { count, minNs, maxNs } = stats.histogram(name);
    expect(stats.word(at), `${name}: the total`).toBe(count);
    if (count === 0) expect(isZero(at + HISTOGRAM_HEADER, at + HISTOGRAM_HEADER + HDR_COUNTS)).toBe(true);
    else expect(minNs, `${name}: the least`).toBeLessThanOrEqual(maxNs);
  }
}

const MESSAGE = { bytes: noise(64) };
const SEND: Step = { kind: 'send', message: 0 };
const EXPECT: Step = { kind: 'expect', framing: { kind: 'any' } };
const client = (...steps: Step[]): Omit<Program, 'role'> => ({ messages: [MESSAGE], steps });
const FAULTY: [step: number, why: string, program: Omit<Program, 'role'>][] = [
  [1, 'a message that there is not', client(SEND, { kind: 'send', message: 1 }, EXPECT, EXPECT)],
  [2, 'a repeat of what comes later', client(SEND, EXPECT, { kind: 'repeat', from: 2 })],
  [0, 'a reply to nothing', client(EXPECT)],
  [1, "a server's step", client(SEND, { kind: 'echo' })],
  [1, 'a delimiter of no bytes', client(SEND, { kind: 'expect', framing: { kind: 'delimiter', bytes: noise(0) } })],
  [3, 'a step behind the handler', client(SEND, EXPECT, { kind: 'handler' }, SEND)],
];
