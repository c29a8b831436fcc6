import { ERRORS, MccError, type ErrorCode, type Program, type StackPort, type WorkerContext } from '@mcc/core';

/** What the addon of every stack offers: `Addon<Factory>` of include/mcc/addon.hpp. The handle is opaque. */
export interface NativeStack {
  /** Pins the calling thread to `context.cpu` and opens the stack. Both arrays are kept until the handle is gone. */
  open(context: WorkerContext, options: object, stats: Uint8Array, events: Uint8Array): unknown;
  load(handle: unknown, program: Program): void;
  submit(handle: unknown, commands: Uint8Array, length: number): void;
  /** Returns the bytes of events written. */
  poll(handle: unknown, budgetUs: number): number;
  facts(handle: unknown): Record<string, string | number | boolean>;
  close(handle: unknown): void;
}

/** A StackPort that also tells what the native side found out when it opened. */
export interface NativePort extends StackPort {
  /** For `Stack.facts`. Only while the port is open. */
  facts(): Readonly<Record<string, string | number | boolean>>;
}

/** Room for the events of one poll; a single delivery takes at most 64 KB of it. */
const EVENT_BYTES = 1 << 20;

/** Opens the stack of an addon in the calling thread. Throws MccError, as does every function of the port. */
export function openPort(addon: NativeStack, context: WorkerContext, options: object): NativePort {
  const stats = new Uint8Array(context.stats);
  const events = new Uint8Array(EVENT_BYTES);
  const handle = coded(() => addon.open(context, options, stats, events));
  return {
    events,
    load: (program) => coded(() => addon.load(handle, program)),
    submit: (commands, length) => coded(() => addon.submit(handle, commands, length)),
    poll: (budgetUs) => coded(() => addon.poll(handle, budgetUs)),
    facts: () => coded(() => addon.facts(handle)),
    close: () => coded(() => addon.close(handle)),
  };
}

/** Native code throws plain errors with a code; everything else it throws is the stack's own breakdown. */
function coded<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const { code, message, remedy } = cause as { code?: unknown; message?: string; remedy?: string };
    throw new MccError(isErrorCode(code) ? code : 'MCC_ERR_STACK', {
      ...(message === undefined ? {} : { what: message }),
      ...(remedy === undefined ? {} : { remedy }),
      cause,
    });
  }
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}
