import { explain, firstLine, isMccError } from '@mcc/core';

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
