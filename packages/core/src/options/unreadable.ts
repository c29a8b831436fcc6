import type { MccError } from '../errors.js';
import { usageError } from './raw.js';

/** What a person may do about a file that the system would not read, by the system's code. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  ENOTDIR: 'a part of the path is no folder; check the path',
  EACCES: 'it may not be read; check its permissions',
  EPERM: 'it may not be read; check its permissions',
  EISDIR: 'it is a folder; give a file',
};

/** Whether the operating system refused something, rather than our own code. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

/** The sentence for a file that cannot be read; `flag` names it as it was given, with its path: `--config load.yaml`. */
export function unreadable(flag: string, error: NodeJS.ErrnoException): MccError {
  return usageError(
    `${flag}: ${REASONS[error.code ?? ''] ?? `it cannot be read (${error.code}); give another`}`,
    error,
  );
}
