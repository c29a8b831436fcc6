import { usageError } from '@mcc/core';

/** Ends the run before it starts, with one sentence: what is wrong, and what to do instead. */
export function refuse(what: string, remedy: string): never {
  throw usageError(`${what}; ${remedy}`);
}
