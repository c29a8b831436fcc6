import type { Program } from './program.js';

/** A network stack plugin. One instance is made in each worker thread, and opened once. */
export interface Stack {
  /** As given to `--stack`. */
  readonly name: string;
  readonly capabilities: StackCapabilities;
  /**
   * Names of the stack's own counters, in the order in which it writes them to the stack section of the stats block
   * (`metrics/layout.ts`); they appear in the report's `stack` under these names. At most `STACK_COUNTERS_MAX`.
   */
  readonly counters: readonly string[];
  /**
   * Names of what the stack has a bounded number of, such as `packetBuffers`. Each has two words of the stats block behind the
   * counters: how many there are (0: not measured) and the fewest that were free at any time. They appear under these names in
   * the report's `generator.headroom`.
   */
  readonly limits?: readonly string[];
  /**
   * Names of the classes that the stack puts a client's connections in, in the order of its native `class_of`: their
   * requests are counted and timed apart, in the report's `classes`. Absent or empty: it puts them in none.
   */
  readonly classes?: readonly string[];
  /**
   * Checks, on the main thread and before any worker starts, what can be known without opening: limits, addresses, ports.
   * Throws MccError with what is missing and the remedy. May raise process limits.
   */
  preflight?(context: PreflightContext): void;
  /**
   * Facts about how the stack runs, for the report's `stack` section next to its counters (for example which I/O
   * interface was chosen). Called in a worker after `open`.
   */
  facts?(): Readonly<Record<string, string | number | boolean>>;
  /** Opens the stack in the calling worker thread, which it pins to `context.cpu`. Throws MccError. */
  open(context: WorkerContext): StackPort;
  /** What this machine has and lacks for the stack, for `mcc doctor`. */
  doctor?(): readonly Finding[];
}

export interface StackCapabilities {
  /** The stack has addresses of its own (a user-level stack), so that `--dest` is not resolved by the kernel's routes. */
  readonly ownAddresses: boolean;
  /** Largest number of worker threads; undefined: any. */
  readonly workersMax?: number;
}

/** One line of `mcc doctor`. */
export interface Finding {
  readonly subject: string;
  readonly status: 'ok' | 'missing' | 'note';
  readonly detail: string;
  /** The command to type, when something is missing. */
  readonly remedy?: string;
}

/** An address and port as numbers, already resolved. */
export interface Endpoint {
  /** IPv4 dotted or IPv6 text form, without brackets. */
  readonly address: string;
  readonly port: number;
}

export interface PreflightContext {
  readonly role: 'client' | 'server';
  /** Over all workers. */
  readonly connections: number;
  readonly workers: number;
  /** Client: where to connect to. Server: where to listen. */
  readonly endpoints: readonly Endpoint[];
  /** Local addresses to connect from, expanded ranges `[first, last]`; empty: the stack's own choice. */
  readonly sources: readonly (readonly [first: string, last: string])[];
  /** The stack's own options, validated by its schema. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface WorkerContext extends PreflightContext {
  readonly workerIndex: number;
  /** The core to pin the calling thread to; undefined: leave it floating. */
  readonly cpu?: number;
  /** Sessions of this worker (client), or the most connections it accepts at one time (server). */
  readonly sessions: number;
  /** The global id of session i is firstConnectionId + i * workers. */
  readonly firstConnectionId: number;
  readonly setupTimeNs: number;
  readonly connectTimeoutNs: number;
  readonly timeoutNs: number;
  /** Open loop: when requests leave, of the whole run. Worker i of n has part i of n equal parts. Absent: closed loop. */
  readonly departures?: Departures;
  /**
   * How many connections of the whole run are in use, those with the lowest ids: one stage after the other from the start of
   * the load, and from then on as many as the last one ends with. Absent: all of them are, from the set-up on.
   */
  readonly connectionStages?: readonly ConnectionStage[];
  /** 64-bit seed of every random draw. */
  readonly seed: bigint;
  /** This worker's stats block; `metrics/layout.ts` says what lies where. The stack writes, anyone may read. */
  readonly stats: SharedArrayBuffer;
}

/** The schedule of an open loop: it holds whatever the server does. */
export interface Departures {
  /** How the gaps between departures are distributed; `trace`: as recorded. */
  readonly arrival: 'constant' | 'poisson' | 'uniform' | 'trace';
  /** One after the other; the last one's `to` goes on for ever. At least one, but for a trace. */
  readonly stages: readonly RateStage[];
  /** Departures in nanoseconds from the start of the load, in order. */
  readonly traceNs?: Float64Array;
  /** Of each of them the size of its message, for programs that are `sized`. */
  readonly messageBytes?: Uint32Array;
}

/** The rate goes evenly from one value to another, in requests per second. */
export interface RateStage {
  readonly durationNs: number;
  readonly from: number;
  readonly to: number;
}

/** The number of connections in use goes evenly from one value to another. */
export interface ConnectionStage {
  readonly durationNs: number;
  readonly from: number;
  readonly to: number;
}

/**
 * An open stack with the engine in it: the whole boundary to native code. Not thread-safe: only the worker that opened
 * it may call. Nothing here allocates per connection or per packet.
 */
export interface StackPort {
  /** Loads the program to run. Called once, before any command. Throws MccError naming the step that cannot run. */
  load(program: Program): void;
  /** Hands over `length` bytes of commands (`batch.ts` has their form). Does not block. */
  submit(commands: Uint8Array, length: number): void;
  /**
   * Runs the data plane for about `budgetUs` microseconds, asleep when there is nothing to do (if the stack can sleep),
   * and returns how many bytes of events it wrote to `events`. Returns early when there are handler events to answer.
   * Throws MccError only when the stack as a whole is broken.
   */
  poll(budgetUs: number): number;
  /** Where `poll` writes its events. Reused by every call. */
  readonly events: Uint8Array;
  /** Closes every connection at once and frees everything. Idempotent. */
  close(): void;
}
