import { isSystemError, unreadable, usageError } from '@mcc/core';

/** Ends the run before it starts, with one sentence: what is wrong, and what to do instead. */
export function refuse(what: string, remedy: string): never {
  throw usageError(`${what}; ${remedy}`);
}

/** Refuses a file, given by `flag`, that the system would not read; passes on any other error. */
export function refuseUnreadable(flag: string, error: unknown): never {
  throw isSystemError(error) ? unreadable(flag, error) : error;
}
