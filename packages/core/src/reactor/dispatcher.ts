import { CLOSED_ERROR_BASE, COMMAND, EVENT, RECORD_HEADER } from '../contracts/batch.js';
import type { Connection, ConnectionHandlers } from '../contracts/protocol.js';
import { errorCodeOf, ERRORS } from '../errors.js';
import type { CommandWriter } from './command-writer.js';

/**
 * Calls a protocol's handlers for a batch of events. Nothing is made per event: one flyweight stands for whatever
 * connection the event is about, and bytes are handed over where they lie.
 */
export class Dispatcher {
  readonly #handlers: ConnectionHandlers;
  readonly #commands: CommandWriter;
  readonly #connection: Flyweight;
  readonly #onThrow: (error: unknown) => void;
  #view: DataView<ArrayBufferLike> = new DataView(new ArrayBuffer(0));

  /** `onThrow` is told of every exception that a handler lets out; its connection is closed with MCC_ERR_HANDLER. */
  constructor(handlers: ConnectionHandlers, commands: CommandWriter, onThrow: (error: unknown) => void) {
    this.#handlers = handlers;
    this.#commands = commands;
    this.#connection = new Flyweight(commands);
    this.#onThrow = onThrow;
  }

  /** From now on `connection.draining` is true. */
  drain(): void {
    this.#connection.draining = true;
  }

  /** Runs the handlers for the first `length` bytes of `events`. */
  dispatch(events: Uint8Array, length: number): void {
    if (this.#view.buffer !== events.buffer || this.#view.byteOffset !== events.byteOffset) {
      this.#view = new DataView(events.buffer, events.byteOffset, events.byteLength);
    }
    const view = this.#view;
    const connection = this.#connection;
    let at = 0;
    while (at < length) {
      const payload = view.getUint32(at + 12, true);
      connection.slot = view.getUint32(at + 4, true);
      connection.generation = view.getUint32(at + 8, true);
      try {
        this.#call(view.getUint16(at, true), view.getUint16(at + 2, true), events, at + RECORD_HEADER, payload);
      } catch (error) {
        this.#commands.write(COMMAND.close, ERRORS.MCC_ERR_HANDLER.number, connection.slot, connection.generation);
        this.#onThrow(error);
      }
      at += RECORD_HEADER + ((payload + 7) & ~7);
    }
    connection.slot = NOBODY;
  }

  #call(op: number, code: number, bytes: Uint8Array, start: number, length: number): void {
    if (op === EVENT.data) this.#handlers.data?.(this.#connection, bytes, start, start + length);
    else if (op === EVENT.open) this.#handlers.open?.(this.#connection);
    else if (op === EVENT.closed) this.#handlers.closed?.(this.#connection, reasonOf(code));
  }
}

/** Slot of the flyweight between calls. */
const NOBODY = -1;
/** Generations that an id tells apart: with the 32 bits of the slot they fill the 53 that a number holds exactly. */
const GENERATIONS = 2 ** 21;

class Flyweight implements Connection {
  slot = NOBODY;
  generation = 0;
  draining = false;
  readonly #commands: CommandWriter;

  constructor(commands: CommandWriter) {
    this.#commands = commands;
  }

  get id(): number {
    return this.slot + (this.generation % GENERATIONS) * 2 ** 32;
  }

  request(bytes: Uint8Array): void {
    this.#write(COMMAND.request, bytes);
  }

  send(bytes: Uint8Array): void {
    this.#write(COMMAND.send, bytes);
  }

  complete(): void {
    this.#write(COMMAND.complete);
  }

  fail(): void {
    this.#write(COMMAND.fail, undefined, ERRORS.MCC_ERR_BAD_REPLY.number);
  }

  close(): void {
    this.#write(COMMAND.close);
  }

  #write(op: number, payload?: Uint8Array, code = 0): void {
    // Outside of a handler's call it stands for no connection, or would for the wrong one.
    if (this.slot === NOBODY) throw new Error('a Connection was used after the call that it was passed to');
    this.#commands.write(op, code, this.slot, this.generation, payload);
  }
}

function reasonOf(code: number): string {
  if (code >= CLOSED_ERROR_BASE) return errorCodeOf(code - CLOSED_ERROR_BASE) ?? 'MCC_ERR_SOCKET';
  return code === 1 ? 'peer' : 'local';
}
