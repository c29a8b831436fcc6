import { COMMAND } from '../contracts/batch.js';
import type { ConnectionHandlers } from '../contracts/protocol.js';
import type { StackPort } from '../contracts/stack.js';
import { HANDLER_NS_AT } from '../metrics/layout.js';
import { StatsReader } from '../metrics/stats-reader.js';
import { CommandWriter } from './command-writer.js';
import { Dispatcher } from './dispatcher.js';
import type { Facts, FromWorker, ToWorker } from './messages.js';

/** How long a slice of the data plane lasts. Between slices the event loop turns once, which costs some 5 us. */
const SLICE_US = 2000;
/** Longer during a load whose departures have their instants, which must not wait for those 5 us. */
const PACED_SLICE_US = 50_000;

type State = 'idle' | 'connecting' | 'connected' | 'loading' | 'completed' | 'ending' | 'ended';

/**
 * Drives one open stack: polls it in slices, runs the protocol's handlers, and tells the main thread which phase has
 * come to its end. Whether it has is read from the gauges of the stats block, not tracked twice.
 */
export class Reactor {
  readonly #port: StackPort;
  readonly #role: 'client' | 'server';
  readonly #sliceUs: number;
  readonly #facts: () => Facts;
  readonly #stats: StatsReader;
  readonly #handlerNs: BigUint64Array;
  readonly #post: (message: FromWorker) => void;
  readonly #commands: CommandWriter;
  readonly #dispatcher: Dispatcher | undefined;
  #state: State = 'idle';
  #loadAtNs = 0n;
  #noticed = false;

  constructor(options: {
    readonly port: StackPort;
    readonly role: 'client' | 'server';
    /** Departures have instants of their own. */
    readonly paced: boolean;
    readonly facts: () => Facts;
    readonly stats: SharedArrayBuffer;
    readonly handlers: ConnectionHandlers | undefined;
    readonly post: (message: FromWorker) => void;
  }) {
    this.#port = options.port;
    this.#role = options.role;
    this.#sliceUs = options.paced ? PACED_SLICE_US : SLICE_US;
    this.#facts = options.facts;
    this.#stats = new StatsReader(options.stats);
    this.#handlerNs = new BigUint64Array(options.stats, HANDLER_NS_AT * 8, 1);
    this.#post = options.post;
    this.#commands = new CommandWriter((commands, length) => this.#port.submit(commands, length));
    if (options.handlers) {
      this.#dispatcher = new Dispatcher(options.handlers, this.#commands, (error) => this.#notice(error));
    }
  }

  /** Obeys the main thread. */
  receive(message: ToWorker): void {
    switch (message.type) {
      case 'connect':
        this.#command(COMMAND.connect, 'connecting');
        break;
      case 'load':
        this.#loadAtNs = message.atNs;
        this.#command(COMMAND.load, 'loading', new Uint8Array(BigUint64Array.of(message.atNs, message.endNs).buffer));
        break;
      case 'drain':
        this.#dispatcher?.drain();
        this.#command(COMMAND.drain, 'ending');
        break;
      case 'abort':
        this.#command(COMMAND.abort, 'ending');
        break;
      case 'exit':
        this.#state = 'ended';
        this.#port.close();
    }
  }

  /** Runs the data plane for one slice. False once it has ended. Throws what `poll` throws. */
  slice(): boolean {
    if (this.#state === 'ended') return false;
    if (this.#dispatcher === undefined) this.#port.poll(this.#state === 'loading' ? this.#sliceUs : SLICE_US);
    else this.#sliceWithHandlers(this.#dispatcher);
    this.#observe();
    return true;
  }

  /** Slices until it has ended; timers and messages of the thread get their turn in between. */
  run(onError: (error: unknown) => void): void {
    const turn = (): void => {
      try {
        if (this.slice()) setImmediate(turn);
      } catch (error) {
        this.#state = 'ended';
        onError(error);
      }
    };
    turn();
  }

  /** Polls return as soon as there are events to answer, so that a slice takes as many as fit. */
  #sliceWithHandlers(dispatcher: Dispatcher): void {
    const end = performance.now() + SLICE_US / 1000;
    let spentMs = 0;
    let now: number;
    do {
      const length = this.#port.poll(SLICE_US);
      const before = performance.now();
      if (length > 0) {
        dispatcher.dispatch(this.#port.events, length);
        this.#commands.flush();
      }
      now = performance.now();
      spentMs += now - before;
    } while (now < end);
    this.#handlerNs[0]! += BigInt(Math.round(spentMs * 1e6));
  }

  #command(op: number, state: State, payload?: Uint8Array): void {
    this.#commands.write(op, 0, 0, 0, payload);
    this.#commands.flush();
    this.#state = state;
  }

  #observe(): void {
    if (this.#state === 'connecting') {
      if (this.#role === 'client' && this.#gauge('unstarted') + this.#gauge('connecting') > 0) return;
      this.#report({ type: 'connected', facts: this.#facts() }, 'connected');
    } else if (this.#state === 'loading') {
      // Before its instant the load has given nobody anything to do.
      if (this.#gauge('active') === 0 && process.hrtime.bigint() > this.#loadAtNs)
        this.#report({ type: 'completed' }, 'completed');
    } else if (this.#state === 'ending' && this.#gauge('active') === 0) {
      this.#report({ type: 'drained' }, 'idle');
    }
  }

  #gauge(name: 'unstarted' | 'connecting' | 'active'): number {
    return this.#stats.counter(name);
  }

  #report(message: FromWorker, state: State): void {
    this.#state = state;
    this.#post(message);
  }

  /** A handler that throws once throws for many connections: the first time says it. */
  #notice(error: unknown): void {
    if (this.#noticed) return;
    this.#noticed = true;
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#post({
      type: 'notice',
      text: `A handler of the protocol plugin threw, and its connection was closed: ${detail}`,
    });
  }
}
