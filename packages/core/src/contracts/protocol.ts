import type { Program } from './program.js';
import type { ClassReport, Distribution } from './report.js';

/** A protocol plugin: TypeScript that declares how a connection behaves. `Options` is what its schema's parse returns. */
export interface Protocol<Options = unknown> {
  /** As given to `--proto`. */
  readonly name: string;
  /** The program of the connecting side. Called once, on the main thread. Throws MccError for options that make no sense together. */
  client(options: Options, target: Target, load?: Load): Program;
  /** The program of the accepting side, for `mcc serve`. Absent: the protocol cannot serve. */
  server?(options: Options): Program;
  /**
   * Handlers for programs with a `handler` step. Called in each worker, once, with the same options.
   * They must not block and must not throw; an exception closes the connection with MCC_ERR_HANDLER.
   */
  connection?(options: Options, role: 'client' | 'server'): ConnectionHandlers;
  /**
   * What goes into the report's `protocol` section, from how often each framing outcome was seen.
   * For http1, outcome n is the status code n. `figures` are of the program's classes. Return undefined for nothing.
   */
  summarise?(
    outcomes: ReadonlyMap<number, number>,
    figures?: ClassFigures,
  ): Readonly<Record<string, unknown>> | undefined;
}

/** What came of the classes of a program. */
export interface ClassFigures {
  /** In the order of `Program.classes`. */
  readonly classes: readonly ClassReport[];
  /** Latency of the replies that are in none of these classes, which exclude each other. Undefined: there were none. */
  latencyUsOutside(classes: readonly number[]): Distribution | undefined;
}

/** What the run is aimed at, as the user wrote it (a URL's parts, or HOST[:PORT]) with defaults filled in. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Path and query of a URL given as `--dest`, starting with '/'; undefined when `--dest` was HOST[:PORT]. */
  readonly path?: string;
}

/** What a client's program may have to know of the load. */
export interface Load {
  /** Departures have sizes, and this is the largest: see `Program.sized`. */
  readonly messageBytesMax?: number;
}

/** The escape hatch: called once per event. Every `connection` argument is one reused object: do not keep it. */
export interface ConnectionHandlers {
  /** The connection stands and the load has started (client), or it was accepted (server). */
  open?(connection: Connection): void;
  /** Bytes arrived: `bytes[start..end)`. The array is reused after the call returns: copy what you keep. */
  data?(connection: Connection, bytes: Uint8Array, start: number, end: number): void;
  /** The connection is gone; `reason` is 'peer', 'local', or an MCC_ERR code. */
  closed?(connection: Connection, reason: string): void;
}

/** Flyweight for one connection, valid during the call it is passed to. */
export interface Connection {
  /** Handle: slot plus generation (modulo 2^21) times 2^32. Safe to keep as a key; a reconnect has a new one. */
  readonly id: number;
  /** Number of the connection within its worker, stable over reconnects: use it to index your own state. */
  readonly slot: number;
  /** True from the moment the load has ended: start no new request. */
  readonly draining: boolean;
  /** Sends bytes that start a request: it counts as sent, and its latency runs from now. One at a time per connection. */
  request(bytes: Uint8Array): void;
  /**
   * Sends bytes that belong to no new request. What the network does not take yet waits, up to 1 MiB of a connection and
   * 64 MiB of a worker; beyond that the connection is reset with MCC_ERR_SEND_BUFFER_FULL. The same holds for `request`.
   */
  send(bytes: Uint8Array): void;
  /** The reply to the request in flight has been read to its end. */
  complete(): void;
  /** The reply to the request in flight was wrong: counts it as failed with MCC_ERR_BAD_REPLY. */
  fail(): void;
  /** Closes in order, after what was sent. */
  close(): void;
}
