import { usageError } from '@mcc/core';

/** Ends the run before it starts, with one sentence: what is wrong, and what to do instead. */
export function refuse(what: string, remedy: string): never {
  throw usageError(`${what}; ${remedy}`);
}

/** Refuses a file, given by `flag`, that the system would not read; passes on any other error. */
export function refuseUnreadable(flag: string, error: unknown): never {
  if (!isSystemError(error)) throw error;
  return refuse(`${flag} cannot be read (${error.code})`, 'give a file that you may read');
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
