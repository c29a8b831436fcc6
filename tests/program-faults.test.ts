import {
  instantiate,
  statsBytes,
  type Framing,
  type Patch,
  type Program,
  type StackPort,
  type Step,
  type Table,
  type Wait,
} from '@mcc/core';
import { programFaults } from '@mcc/core/testing';
import kernel from '@mcc/stack-kernel';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

const MESSAGE = { bytes: new Uint8Array(4) };
const RUNS = 2000;

const framing: fc.Arbitrary<Framing> = fc.constantFrom<Framing>(
  { kind: 'none' },
  { kind: 'any' },
  { kind: 'fixed', bytes: 0 },
  { kind: 'fixed', bytes: 2 ** 32 },
  { kind: 'fixed', bytes: 4 },
  { kind: 'delimiter', bytes: new Uint8Array(16) },
  { kind: 'delimiter', bytes: new Uint8Array(17) },
  { kind: 'length-prefixed', offset: 0, width: 'varint' },
  { kind: 'length-prefixed', offset: 1, width: 3 },
  { kind: 'length-prefixed', offset: 0, width: 2, endian: 'little', adjust: -2 },
  { kind: 'http1' },
  { kind: 'http1', head: true },
  { kind: 'http1', expectSha256: new Uint8Array(32) },
  { kind: 'http1', head: true, expectSha256: new Uint8Array(32) },
  { kind: 'http1', expectStatus: [] },
  { kind: 'http1', expectStatus: [[399, 200]] },
);

const count = (most: number) => fc.nat(most);
/** Mostly a sound one, so that other faults come to light. */
const likelyFraming = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Framing>({ kind: 'any' }) },
  { weight: 1, arbitrary: framing },
);
const mix = fc.array(
  fc.record(
    {
      message: fc.constantFrom(0, 0, 0, 1),
      weight: fc.constantFrom(0, 1, 2, 3),
      class: fc.constantFrom(0, 0, 1),
      reply: likelyFraming,
    },
    { requiredKeys: ['message'] },
  ),
  { minLength: 1, maxLength: 3 },
);
const patch: fc.Arbitrary<Patch> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('serial' as const),
      offset: count(5),
      width: count(4),
      encoding: fc.constantFrom('hex', 'big'),
    },
    { requiredKeys: ['kind', 'offset'] },
  ),
  fc.record({
    kind: fc.constant('length' as const),
    offset: count(5),
    from: count(5),
    encoding: fc.constant('decimal'),
  }),
  fc.record({
    kind: fc.constant('random' as const),
    offset: count(5),
    below: count(2),
    encoding: fc.constant('decimal'),
  }),
  fc.record({ kind: fc.constant('table' as const), offset: count(5), table: count(1), column: count(1) }),
) as fc.Arbitrary<Patch>;
const table: fc.Arbitrary<Table> = fc.record({
  columns: fc.array(
    fc
      .constantFrom(
        Uint32Array.of(0, 3),
        Uint32Array.of(3, 3),
        Uint32Array.of(3),
        Uint32Array.of(4, 3),
        Uint32Array.of(2),
      )
      .map((ends) => ({ bytes: new Uint8Array(3), ends })),
    { maxLength: 2 },
  ),
});

const time = fc.constantFrom<Wait>(
  { kind: 'constant', ns: 0 },
  { kind: 'constant', ns: 5 },
  { kind: 'uniform', minNs: 0, maxNs: 0 },
  { kind: 'uniform', minNs: 6, maxNs: 5 },
  { kind: 'exponential', meanNs: 5 },
  { kind: 'period', ns: 0 },
  { kind: 'period', ns: 5 },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send'), message: fc.constantFrom(0, 0, 0, 1) }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'sendOneOf', mix: 0 }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('expect'), framing }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'expect', framing: { kind: 'http1' } }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'close' }, { kind: 'close', when: 'last' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'answer', messages: [0, 0, 0, 0] }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), time }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'echo' }, { kind: 'handler' }) },
  {
    weight: 4,
    arbitrary: fc.record(
      { kind: fc.constant('repeat'), from: fc.nat(3), times: fc.constantFrom(1, 2) },
      { requiredKeys: ['kind', 'from'] },
    ),
  },
);

let port: StackPort;
afterEach(() => port.close());

function open(role: Program['role']): StackPort {
  const stack = instantiate('stack', kernel, kernel.options.parse({}));
  return stack.open({
    role,
    connections: 1,
    workers: 1,
    endpoints: [{ address: '127.0.0.1', port: 0 }],
    sources: [],
    options: kernel.options.parse({}),
    workerIndex: 0,
    sessions: 1,
    firstConnectionId: 0,
    setupTimeNs: 0,
    connectTimeoutNs: 1e9,
    timeoutNs: 1e9,
    seed: 1n,
    stats: new SharedArrayBuffer(statsBytes(1)),
  });
}

function refusal(program: Program): string | undefined {
  try {
    port.load(program);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: 'MCC_ERR_PROGRAM' });
    return (error as Error).message;
  }
}

describe('the conformance suite', () => {
  it.each(['client', 'server'] as const)('finds fault with the %s programs that the engine refuses', (role) => {
    port = open(role);
    const verdicts = { sound: 0, faulty: 0 };
    const steps = fc.array(step, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(steps, (list) => {
        const program: Program = { role, messages: [MESSAGE], steps: list };
        const refused = refusal(program);
        const faults = programFaults(program);
        verdicts[refused === undefined ? 'sound' : 'faulty'] += 1;
        expect(faults.length > 0, `engine: ${refused}; suite: ${faults.join(', ')}`).toBe(refused !== undefined);
      }),
      { numRuns: RUNS, seed: 7 },
    );
    expect(verdicts.sound).toBeGreaterThan(RUNS / 50);
    expect(verdicts.faulty).toBeGreaterThan(RUNS / 50);
  });

  it.each(['client', 'server'] as const)('agrees with the engine about mixes, patches and tables of a %s', (role) => {
    port = open(role);
    const verdicts = { sound: 0, faulty: 0 };
    const lists = {
      mixes: fc.array(mix, { maxLength: 1 }),
      tables: fc.array(table, { maxLength: 1 }),
      patches: fc.array(patch, { maxLength: 2 }),
      framing: likelyFraming,
    };
    fc.assert(
      fc.property(fc.record(lists), ({ mixes, tables, patches, framing: expected }) => {
        const program: Program = {
          role,
          messages: [{ bytes: new Uint8Array(4), patches }],
          steps:
            role === 'client'
              ? [
                  { kind: 'sendOneOf', mix: 0 },
                  { kind: 'expect', framing: expected },
                ]
              : [{ kind: 'send', message: 0 }],
          ...(role === 'client' && { classes: ['a'] }),
          mixes,
          tables,
        };
        const refused = refusal(program);
        const faults = programFaults(program);
        verdicts[refused === undefined ? 'sound' : 'faulty'] += 1;
        expect(faults.length > 0, `engine: ${refused}; suite: ${faults.join(', ')}`).toBe(refused !== undefined);
      }),
      { numRuns: RUNS, seed: 7 },
    );
    expect(verdicts.sound).toBeGreaterThan(RUNS / 50);
    expect(verdicts.faulty).toBeGreaterThan(RUNS / 50);
  });

  it.each([
    { endian: 'middle' },
    { endian: 1 },
    { adjust: 0.5 },
    { adjust: Number.NaN },
    { adjust: Infinity },
    { adjust: -(2 ** 54) },
    { adjust: '2' },
  ])('finds fault with a length field of %j, which the types rule out and the engine refuses', (wrong) => {
    port = open('client');
    const framing = { kind: 'length-prefixed', offset: 0, width: 2, ...wrong } as Framing;
    const steps: Step[] = [
      { kind: 'send', message: 0 },
      { kind: 'expect', framing },
    ];
    const program: Program = { role: 'client', messages: [MESSAGE], steps };
    expect(refusal(program)).toContain(Object.keys(wrong)[0]);
    expect(programFaults(program)).toHaveLength(1);
  });
});
