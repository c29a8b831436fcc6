import { describe, expect, it } from 'vitest';
import type { Alternative, Patch, Program, Step } from '../contracts/program.js';
import { programFaults } from './check-program.js';

const bytes = new Uint8Array(8);
const client = (...steps: Step[]): Program => ({ role: 'client', messages: [{ bytes }], steps });
const server = (...steps: Step[]): Program => ({ ...client(...steps), role: 'server' });
const ANY: Step = { kind: 'expect', framing: { kind: 'any' } };
const SEND = { kind: 'send', message: 0 } as const;
const WAIT: Step = { kind: 'wait', time: { kind: 'constant', ns: 1 } };
const NO_WAIT: Step = { kind: 'wait', time: { kind: 'constant', ns: 0 } };
const HTTP: Step = { kind: 'expect', framing: { kind: 'http1' } };
const COLUMN = { bytes: Uint8Array.of(1, 2, 3), ends: Uint32Array.of(0, 3) };
const TABLE = { columns: [COLUMN] };
const patched = (patch: Patch): Partial<Program> => ({ messages: [{ bytes, patches: [patch] }], tables: [TABLE] });
const mixed = (...mixes: Alternative[][]): Partial<Program> => ({ mixes, steps: [{ kind: 'sendOneOf', mix: 0 }, ANY] });
/** Of a plugin in JavaScript, whose types nobody checks. */
const lengthPrefixed = (wrong: object): Step => ({
  kind: 'expect',
  framing: { kind: 'length-prefixed', offset: 0, width: 2, ...wrong },
});

describe('programFaults', () => {
  it('finds nothing in a sound program', () => {
    const program: Program = {
      role: 'client',
      messages: [
        {
          bytes,
          patches: [
            { kind: 'counter', offset: 4, width: 4 },
            { kind: 'random', offset: 0, width: 3, encoding: 'hex' },
          ],
        },
      ],
      steps: [
        { kind: 'send', message: 0 },
        { kind: 'expect', framing: { kind: 'any' } },
        { kind: 'repeat', from: 0, times: 3 },
        { kind: 'repeat', from: 0 },
      ],
    };
    expect(programFaults(program)).toEqual([]);
  });

  it.each<[string, Program]>([
    ['around an exchange', client(WAIT, SEND, ANY, WAIT, SEND)],
    ['after a message without a reply', client(SEND, WAIT, SEND, ANY)],
    ['of no time', client(SEND, NO_WAIT, ANY)],
    ['before an answer', server(HTTP, WAIT, SEND)],
  ])('lets a program wait: %s', (_, program) => {
    expect(programFaults(program)).toEqual([]);
  });

  it('finds nothing in a mix of messages that vary in length', () => {
    const program: Program = {
      role: 'client',
      classes: ['a', 'b'],
      tables: [TABLE],
      messages: [
        {
          bytes,
          patches: [
            { kind: 'length', offset: 1, from: 8, encoding: 'decimal' },
            { kind: 'table', offset: 8, table: 0, column: 0 },
            { kind: 'serial', offset: 8, encoding: 'hex' },
            { kind: 'random', offset: 8, below: 1, encoding: 'decimal' },
          ],
        },
        { bytes },
      ],
      mixes: [
        [
          { message: 0, weight: 2, class: 1 },
          { message: 1, weight: 0, reply: { kind: 'fixed', bytes: 1 } },
        ],
      ],
      steps: [
        { kind: 'sendOneOf', mix: 0 },
        { kind: 'send', message: 1 },
        { kind: 'expect', framing: { kind: 'any' } },
        { kind: 'expect', framing: { kind: 'none' } },
        { kind: 'repeat', from: 0 },
      ],
    };
    expect(programFaults(program)).toEqual([]);
  });

  it.each<[string, Partial<Program>]>([
    ['table 0 has no values', { tables: [{ columns: [] }] }],
    ['table 0 has columns of different', { tables: [{ columns: [COLUMN, { ...COLUMN, ends: Uint32Array.of(3) }] }] }],
    ['do not end one after the other', { tables: [{ columns: [{ ...COLUMN, ends: Uint32Array.of(2, 1) }] }] }],
    ['do not end one after the other', { tables: [{ columns: [{ ...COLUMN, ends: Uint32Array.of(1) }] }] }],
    ['an unknown order', { tables: [{ ...TABLE, order: 'backwards' as 'random' }] }],
    ['has a table of a column', patched({ kind: 'table', offset: 0, table: 0, column: 1 })],
    ['has a table of a width', patched({ kind: 'table', offset: 0, table: 0, column: 0, width: 2 } as Patch)],
    ['a serial of 0 in big', patched({ kind: 'serial', offset: 0 })],
    ['a random below 0', patched({ kind: 'random', offset: 0, below: 0, encoding: 'hex' })],
    ['a length that does not', patched({ kind: 'length', offset: 2, from: 2, encoding: 'hex' })],
    ['a length that does not', patched({ kind: 'length', offset: 2, from: 9, encoding: 'hex' })],
    ["is a server's", { ...patched({ kind: 'serial', offset: 0, encoding: 'hex' }), role: 'server' }],
    ['step 0 (sendOneOf) sends one of a mix that', mixed()],
    ['step 0 (sendOneOf) chooses among messages without', mixed([])],
    ['chooses among messages without', mixed([{ message: 0, weight: 0 }])],
    ['not a whole number below', mixed([{ message: 0, weight: 0.5 }])],
    ['more than 65536', mixed(Array.from({ length: 65_537 }, () => ({ message: 0 })))],
    ['sends message 1', mixed([{ message: 1 }])],
    ['is in a class', mixed([{ message: 0, class: 0 }])],
    ['a reply of none', mixed([{ message: 0, reply: { kind: 'none' } }])],
    ['fixed reply of no bytes', mixed([{ message: 0, reply: { kind: 'fixed', bytes: 0 } }])],
    ['step 0 (sendOneOf) is for clients', { ...mixed([{ message: 0 }]), role: 'server' }],
    [
      'step 1 (expect) expects no reply',
      {
        ...mixed([{ message: 0, reply: { kind: 'any' } }]),
        steps: [
          { kind: 'sendOneOf', mix: 0 },
          { kind: 'expect', framing: { kind: 'none' } },
        ],
      },
    ],
  ])('says: %s', (fault, overrides) => {
    expect(programFaults({ ...client(SEND, ANY), ...overrides }).join('\n')).toContain(fault);
  });

  it.each<[string, Program]>([
    ['the program has no steps', client()],
    ['more than 64 classes', { ...client(SEND), classes: Array.from({ length: 65 }, String) }],
    ["classes, and is not a client's", { ...server(HTTP), classes: ['a'] }],
    ['step 0 (send) is in a class', client({ ...SEND, class: 0 })],
    ['outcomes 1 to 2 are in a class', { ...client(SEND), outcomeClasses: [{ from: 1, to: 2, class: 0 }] }],
    ...[
      [0, 5],
      [6, 5],
      [5, 1024],
    ].map(([from, to]): [string, Program] => [
      `there are no outcomes from ${from} to ${to}`,
      { ...client(SEND), classes: ['a'], outcomeClasses: [{ from: from!, to: to!, class: 0 }] },
    ]),
    [
      'outcome 9 is in two classes',
      {
        ...client(SEND),
        classes: ['a'],
        outcomeClasses: [
          { from: 9, to: 10, class: 0 },
          { from: 5, to: 9, class: 0 },
        ],
      },
    ],
    ['message 0 is empty', { ...client({ kind: 'close' }), messages: [{ bytes: new Uint8Array(0) }] }],
    ['step 0 (send) sends message 1', client({ kind: 'send', message: 1 })],
    ['step 0 (repeat) goes to 0', client({ kind: 'repeat', from: 0 })],
    ['repeats less than once', client({ kind: 'close' }, { kind: 'repeat', from: 0, times: 0 })],
    [
      'more than one finite repeat',
      client({ kind: 'close' }, { kind: 'repeat', from: 0, times: 2 }, { kind: 'repeat', from: 0, times: 2 }),
    ],
    ['step 0 (expect) expects a reply to nothing', client({ kind: 'expect', framing: { kind: 'any' } })],
    ['step 1 (close) closes before every reply', client({ kind: 'send', message: 0 }, { kind: 'close' }, ANY)],
    ['step 2 (repeat) repeats in the middle', client({ kind: 'send', message: 0 }, ANY, { kind: 'repeat', from: 1 })],
    ['step 1 (repeat) repeats what neither', client({ kind: 'close' }, { kind: 'repeat', from: 0 })],
    ['expects a request without a framing', server({ kind: 'expect', framing: { kind: 'none' } })],
    [
      'step 1 (close) closes before the request',
      server(HTTP, { kind: 'close', when: 'last' }, { kind: 'send', message: 0 }),
    ],
    ['step 1 (answer) has no http1 expect', server(ANY, { kind: 'answer', messages: [0, 0, 0, 0] })],
    ['step 1 (wait) may not stand between a send and its reply', client(SEND, WAIT, ANY)],
    ['step 3 (wait) may not stand between a send and its reply', client(SEND, SEND, ANY, WAIT, ANY)],
    ['has a period of no time', client({ kind: 'wait', time: { kind: 'period', ns: 0 } })],
    ['step 1 (close) can never be reached', client({ kind: 'handler' }, { kind: 'close' })],
    ['step 0 (echo) is for servers only', client({ kind: 'echo' })],
    ['step 0 (answer) is for servers only', client({ kind: 'answer', messages: [0, 0, 0, 0] })],
    ['step 0 (answer) needs four', { ...client({ kind: 'answer', messages: [0] }), role: 'server' }],
    ['fixed reply of no bytes', client({ kind: 'expect', framing: { kind: 'fixed', bytes: 0 } })],
    ['length field of an unknown endian', client(SEND, lengthPrefixed({ endian: 'middle' }))],
    ['adjusts a length by what is not whole', client(SEND, lengthPrefixed({ adjust: 0.5 }))],
    ['delimiter of 1 to 16', client({ kind: 'expect', framing: { kind: 'delimiter', bytes: new Uint8Array(17) } })],
    [
      'outside of its bytes',
      { ...client({ kind: 'close' }), messages: [{ bytes, patches: [{ kind: 'counter', offset: 5, width: 4 }] }] },
    ],
    [
      'of 3 in big',
      { ...client({ kind: 'close' }), messages: [{ bytes, patches: [{ kind: 'counter', offset: 0, width: 3 }] }] },
    ],
    [
      'overlap',
      {
        ...client({ kind: 'close' }),
        messages: [
          {
            bytes,
            patches: [
              { kind: 'counter', offset: 0, width: 4 },
              { kind: 'random', offset: 2, width: 4 },
            ],
          },
        ],
      },
    ],
  ])('says: %s', (fault, program) => {
    expect(programFaults(program).join('\n')).toContain(fault);
  });
});
