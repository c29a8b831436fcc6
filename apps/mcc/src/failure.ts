import { explain, firstLine, type MccError } from '@mcc/core';

/** Says on stderr, in one line, what went wrong and what to do, and returns the exit code. */
export function reportError(error: unknown): number {
  if (isMccError(error)) {
    writeLine(explain(error));
    trace(error.cause === undefined ? error : error.cause);
    return error.exitCode;
  }
  writeLine(`this is a bug in mcc or a plugin: ${firstLine(error)} (MCC_DEBUG=1 shows where)`);
  trace(error);
  return 1;
}

/** Also an MccError of another copy of @mcc/core, which a plugin may have brought along. */
function isMccError(error: unknown): error is MccError {
  return error instanceof Error && error.name === 'MccError' && 'remedy' in error && 'exitCode' in error;
}

/** One sentence that does not end the run. */
export function warn(sentence: string): void {
  writeLine(sentence);
}

function writeLine(text: string): void {
  process.stderr.write(`mcc: ${text.replace(/\s*\n\s*/g, ' ')}\n`);
}

function trace(error: unknown): void {
  if (process.env.MCC_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}
