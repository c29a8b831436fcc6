import { describe, expect, it } from 'vitest';
import type { Program, Step } from '../contracts/program.js';
import { programFaults } from './check-program.js';

const bytes = new Uint8Array(8);
const client = (...steps: Step[]): Program => ({ role: 'client', messages: [{ bytes }], steps });
const server = (...steps: Step[]): Program => ({ ...client(...steps), role: 'server' });
const ANY: Step = { kind: 'expect', framing: { kind: 'any' } };
const SEND = { kind: 'send', message: 0 } as const;
const WAIT: Step = { kind: 'wait', time: { kind: 'constant', ns: 1 } };
const NO_WAIT: Step = { kind: 'wait', time: { kind: 'constant', ns: 0 } };
const HTTP: Step = { kind: 'expect', framing: { kind: 'http1' } };
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
