import { instantiate } from '../../container.js';
import { CLOSED_ERROR_BASE, EVENT, RECORD_HEADER } from '../../contracts/batch.js';
import type { Plugin } from '../../contracts/plugin.js';
import type { Program } from '../../contracts/program.js';
import type { Endpoint, Stack, StackPort, WorkerContext } from '../../contracts/stack.js';
import { errorCodeOf, ERRORS, type ErrorCode } from '../../errors.js';
import { COUNTERS, ERRORS_MAX, type CounterName } from '../../metrics/layout.js';
import { newStatsBlock, StatsReader } from '../../metrics/stats-reader.js';
import { CommandWriter } from '../../reactor/command-writer.js';
import type { StackNetwork } from './network.js';

/** An event as it crossed the boundary. `bytes` lie in the port's own buffer, until the next poll. */
export interface EventRecord {
  readonly op: number;
  readonly code: number;
  readonly slot: number;
  readonly generation: number;
  readonly bytes: Uint8Array;
}

export interface EndOptions {
  readonly sessions?: number;
  readonly at?: Endpoint;
  readonly connectTimeoutNs?: number;
  readonly timeoutNs?: number;
  /** What answers the events of a program with a `handler` step. */
  readonly onEvent?: (event: EventRecord) => void;
}

const SECOND_NS = 1e9;
/** Both ends take turns: the shorter, the less either waits for the other. */
const POLL_US = 200;

/** One open stack, and what a worker does with it. */
export class End {
  readonly stack: Stack;
  readonly port: StackPort;
  readonly sessions: number;
  readonly block: SharedArrayBuffer;
  readonly stats: StatsReader;
  readonly #role: 'client' | 'server';
  readonly #commands: CommandWriter;
  readonly #onEvent: ((event: EventRecord) => void) | undefined;

  constructor(plugin: Plugin, network: StackNetwork, role: 'client' | 'server', options: EndOptions = {}) {
    const own = plugin.options.parse(network.options(role));
    this.#role = role;
    this.#onEvent = options.onEvent;
    this.sessions = options.sessions ?? 1;
    this.stack = instantiate('stack', plugin, own);
    this.block = newStatsBlock(role === 'client' ? this.stack.classes?.length : 0);
    this.stats = new StatsReader(this.block);
    const context: WorkerContext = {
      role,
      // This process holds the connections of both ends: a stack that checks its limits is to check for both.
      connections: 2 * this.sessions,
      workers: 1,
      endpoints: [options.at ?? network.serving],
      sources: [],
      options: own,
      workerIndex: 0,
      sessions: this.sessions,
      firstConnectionId: 0,
      setupTimeNs: 0,
      connectTimeoutNs: options.connectTimeoutNs ?? 20 * SECOND_NS,
      timeoutNs: options.timeoutNs ?? 20 * SECOND_NS,
      seed: 1n,
      stats: this.block,
    };
    this.stack.preflight?.(context);
    this.port = this.stack.open(context);
    this.#commands = new CommandWriter((commands, length) => this.port.submit(commands, length));
  }

  start(program: Program): void {
    this.port.load(program);
  }

  /** A command of a phase. */
  order(op: number, payload?: Uint8Array): void {
    this.#commands.write(op, 0, 0, 0, payload);
    this.#commands.flush();
  }

  /** A command of a handler, about the connection of an event. Handed over after the poll, with those of other events. */
  answer({ slot, generation }: Pick<EventRecord, 'slot' | 'generation'>, op: number, payload?: Uint8Array, code = 0) {
    this.#commands.write(op, code, slot, generation, payload);
  }

  poll(): void {
    const length = this.port.poll(POLL_US);
    if (length > this.port.events.length) throw new Error(`poll wrote ${length} bytes of events, beyond its buffer`);
    for (const event of eventsOf(this.port.events, length)) {
      if (event.slot >= this.sessions) throw new Error(`an event about slot ${event.slot} of ${this.sessions}`);
      this.#onEvent?.(event);
    }
    this.#commands.flush();
  }

  counter(name: CounterName): number {
    return this.stats.counter(name);
  }

  error(code: ErrorCode): number {
    const entry = ERRORS[code];
    return 'number' in entry ? this.stats.error(entry.number) : 0;
  }

  /** How often each error was counted. */
  errors(): Record<string, number> {
    const counts = Array.from(
      { length: ERRORS_MAX },
      (_, n) => [errorCodeOf(n) ?? `${n}`, this.stats.error(n)] as const,
    );
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }

  toString(): string {
    const counters = COUNTERS.map((name) => [name, this.counter(name)] as const).filter(([, count]) => count > 0);
    return `${this.#role}: ${JSON.stringify({ ...Object.fromEntries(counters), errors: this.errors() })}`;
  }
}

/** How a closed event says that an error has ended the connection. */
export function closedCode(code: ErrorCode): number {
  const entry = ERRORS[code];
  return CLOSED_ERROR_BASE + ('number' in entry ? entry.number : 0);
}

/** Reads a batch as `contracts/batch.ts` has it. Throws where it is not so. */
function* eventsOf(events: Uint8Array, length: number): Generator<EventRecord> {
  const view = new DataView(events.buffer, events.byteOffset, events.byteLength);
  let at = 0;
  while (at < length) {
    const op = view.getUint16(at, true);
    const size = view.getUint32(at + 12, true);
    const start = at + RECORD_HEADER;
    if (!Object.values<number>(EVENT).includes(op)) throw new Error(`an event of unknown kind ${op} at byte ${at}`);
    if (op !== EVENT.data && size > 0) throw new Error(`an event of kind ${op} has ${size} bytes of payload`);
    at = start + ((size + 7) & ~7);
    if (at > length) throw new Error(`an event ends at byte ${at} of a batch of ${length}`);
    yield {
      op,
      code: view.getUint16(start - 14, true),
      slot: view.getUint32(start - 12, true),
      generation: view.getUint32(start - 8, true),
      bytes: events.subarray(start, start + size),
    };
  }
}
