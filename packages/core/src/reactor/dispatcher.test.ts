import { describe, expect, it } from 'vitest';
import { CLOSED_ERROR_BASE, COMMAND, EVENT, RECORD_HEADER } from '../contracts/batch.js';
import type { Connection, ConnectionHandlers } from '../contracts/protocol.js';
import { ERRORS } from '../errors.js';
import { CommandWriter } from './command-writer.js';
import { Dispatcher } from './dispatcher.js';

type EventTuple = [op: number, code: number, slot: number, generation: number, data?: Uint8Array];

/** Commands come back as they were written, so the writer makes events as well. */
function batchOf(...events: EventTuple[]): { bytes: Uint8Array; length: number } {
  let batch = new Uint8Array(0);
  const writer = new CommandWriter((bytes, length) => (batch = bytes.slice(0, length)));
  for (const [op, code, slot, generation, data] of events) writer.write(op, code, slot, generation, data);
  writer.flush();
  return { bytes: batch, length: batch.length };
}

interface Command {
  readonly op: number;
  readonly code: number;
  readonly slot: number;
  readonly generation: number;
  readonly payload: string;
}

function harness(handlers: ConnectionHandlers): {
  dispatch: (...events: EventTuple[]) => Command[];
  dispatcher: Dispatcher;
  thrown: unknown[];
} {
  const commands: Command[] = [];
  const thrown: unknown[] = [];
  const writer = new CommandWriter((bytes, length) => {
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < length;) {
      const size = view.getUint32(at + 12, true);
      commands.push({
        op: view.getUint16(at, true),
        code: view.getUint16(at + 2, true),
        slot: view.getUint32(at + 4, true),
        generation: view.getUint32(at + 8, true),
        payload: new TextDecoder().decode(bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + size)),
      });
      at += RECORD_HEADER + ((size + 7) & ~7);
    }
  });
  const dispatcher = new Dispatcher(handlers, writer, (error) => thrown.push(error));
  return {
    dispatcher,
    thrown,
    dispatch: (...events) => {
      const { bytes, length } = batchOf(...events);
      dispatcher.dispatch(bytes, length);
      writer.flush();
      return commands.splice(0);
    },
  };
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('Dispatcher', () => {
  it('hands each event to its handler, with the connection it is about', () => {
    const seen: unknown[] = [];
    const { dispatch } = harness({
      open: ({ id, slot }) => void seen.push(['open', slot, id]),
      data: ({ slot }, bytes, start, end) =>
        void seen.push(['data', slot, new TextDecoder().decode(bytes.subarray(start, end))]),
      closed: ({ slot }, reason) => void seen.push(['closed', slot, reason]),
    });
    dispatch(
      [EVENT.open, 0, 3, 2],
      [EVENT.data, 0, 3, 2, text('hello')],
      [EVENT.closed, 0, 3, 2],
      [EVENT.closed, 1, 4, 1],
      [EVENT.closed, CLOSED_ERROR_BASE + ERRORS.MCC_ERR_CONNECTION_RESET.number, 5, 1],
    );
    expect(seen).toEqual([
      ['open', 3, 3 + 2 * 2 ** 32],
      ['data', 3, 'hello'],
      ['closed', 3, 'local'],
      ['closed', 4, 'peer'],
      ['closed', 5, 'MCC_ERR_CONNECTION_RESET'],
    ]);
  });

  it('tells connections apart by their ids, however often they were reopened', () => {
    const ids: number[] = [];
    const { dispatch } = harness({ open: (connection) => void ids.push(connection.id) });
    const last = 2 ** 32 - 1;
    dispatch([EVENT.open, 0, 3, last], [EVENT.open, 0, 4, last], [EVENT.open, 0, 3, last - 1]);
    expect(new Set(ids).size).toBe(3);
    expect(ids.every(Number.isSafeInteger)).toBe(true);
  });

  it('writes down what the handlers want', () => {
    const { dispatch } = harness({
      open: (connection) => connection.request(text('ask')),
      data: (connection) => {
        connection.complete();
        connection.send(text('more'));
        connection.fail();
        connection.close();
      },
    });
    expect(dispatch([EVENT.open, 0, 1, 1], [EVENT.data, 0, 2, 9])).toEqual([
      { op: COMMAND.request, code: 0, slot: 1, generation: 1, payload: 'ask' },
      { op: COMMAND.complete, code: 0, slot: 2, generation: 9, payload: '' },
      { op: COMMAND.send, code: 0, slot: 2, generation: 9, payload: 'more' },
      { op: COMMAND.fail, code: ERRORS.MCC_ERR_BAD_REPLY.number, slot: 2, generation: 9, payload: '' },
      { op: COMMAND.close, code: 0, slot: 2, generation: 9, payload: '' },
    ]);
  });

  it('closes the connection of a handler that throws, and goes on with the next', () => {
    const { dispatch, thrown } = harness({
      open: (connection) => {
        if (connection.slot === 1) throw new Error('bad');
        connection.close();
      },
    });
    expect(dispatch([EVENT.open, 0, 1, 4], [EVENT.open, 0, 2, 4])).toEqual([
      { op: COMMAND.close, code: ERRORS.MCC_ERR_HANDLER.number, slot: 1, generation: 4, payload: '' },
      { op: COMMAND.close, code: 0, slot: 2, generation: 4, payload: '' },
    ]);
    expect(thrown).toEqual([new Error('bad')]);
  });

  it('tells handlers of the drain', () => {
    const draining: boolean[] = [];
    const { dispatch, dispatcher } = harness({ open: (connection) => void draining.push(connection.draining) });
    dispatch([EVENT.open, 0, 0, 1]);
    dispatcher.drain();
    dispatch([EVENT.open, 0, 0, 1]);
    expect(draining).toEqual([false, true]);
  });

  it('refuses a connection that was kept', () => {
    let kept: Connection | undefined;
    const { dispatch } = harness({ open: (connection) => void (kept = connection) });
    dispatch([EVENT.open, 0, 0, 1]);
    expect(() => kept?.send(text('late'))).toThrow('after the call');
  });
});
