import type { Program } from '../contracts/program.js';
import type { WorkerContext } from '../contracts/stack.js';
import { ERRORS, isMccError, MccError, type ErrorCode } from '../errors.js';

/** A plugin as a worker thread can load it. */
export interface PluginReference {
  /** A file URL. */
  readonly url: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a worker is told when it starts: its `workerData`. */
export interface WorkerJob {
  readonly stack: PluginReference;
  /** Only for programs with a `handler` step: all others are data. */
  readonly protocol?: PluginReference;
  readonly program: Program;
  readonly context: WorkerContext;
}

/** Main thread to worker. */
export type ToWorker =
  /** Client: open the connections. Server: listen. */
  | { readonly type: 'connect' }
  /** Start the load at this CLOCK_MONOTONIC instant, which is the same for all workers; nothing is to depart after its end. */
  | { readonly type: 'load'; readonly atNs: bigint; readonly endNs: bigint }
  | { readonly type: 'drain' }
  | { readonly type: 'abort' }
  /** Close the stack and end the thread. */
  | { readonly type: 'exit' };

export type Facts = Readonly<Record<string, string | number | boolean>>;

/** Worker to main thread. */
export type FromWorker =
  /** The stack is open and the program loaded. */
  | { readonly type: 'ready'; readonly facts: Facts }
  /** Client: every session has had its try to connect. Server: it listens, and knows its ports. */
  | { readonly type: 'connected'; readonly facts: Facts }
  /** Every program has ended by itself. */
  | { readonly type: 'completed' }
  /** After `drain` or `abort`: nothing is left to do. */
  | { readonly type: 'drained' }
  /** Something that the user should read, once. */
  | { readonly type: 'notice'; readonly text: string }
  /** The worker cannot go on, and ends. */
  | { readonly type: 'failed'; readonly error: PlainError };

/** An error as plain data: class instances do not survive the way between threads. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly what: string;
  readonly remedy: string;
}

/** `fallback` is the code of errors that have none. */
export function toPlain(error: unknown, fallback: ErrorCode): PlainError {
  if (isMccError(error)) return { code: error.code, what: error.message, remedy: error.remedy };
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: fallback, what, remedy: ERRORS[fallback].remedy };
}

export function fromPlain({ code, what, remedy }: PlainError): MccError {
  return new MccError(code, { what, remedy });
}
