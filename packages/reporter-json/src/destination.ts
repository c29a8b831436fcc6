import { accessSync, constants, openSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { getSystemErrorMap } from 'node:util';
import { MccError } from '@mcc/core';
import { WholeFile } from './whole-file.js';

/** Where the report goes. Both methods throw MCC_ERR_OUTPUT, which names the place and the cause. */
export interface Destination {
  /** Before the run: finds out what would keep `write` from working, so that a long run does not end in nothing. */
  prepare(): void;
  write(text: string): Promise<void>;
}

/** The destination for `--json.out`; without it, `output`. */
export function destinationFor(out: string | undefined, output: NodeJS.WritableStream): Destination {
  return out === undefined ? new StreamDestination(output) : new PathDestination(out);
}

class StreamDestination implements Destination {
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
    // A reader that has gone (EPIPE) reaches us through the callback of write; the event must not end the process.
    stream.on('error', () => {});
  }

  prepare(): void {}

  async write(text: string): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#stream.write(text, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      throw outputError('standard output', error);
    }
  }
}

class PathDestination implements Destination {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  prepare(): void {
    try {
      const stats = statSync(this.#path, { throwIfNoEntry: false });
      if (stats?.isDirectory()) throw new Error('it is a directory');
      if (stats === undefined || stats.isFile()) new WholeFile(this.#path).prepare();
      else accessSync(this.#path, constants.W_OK);
    } catch (error) {
      throw outputError(`--json.out ${this.#path}`, error);
    }
  }

  async write(text: string): Promise<void> {
    try {
      const stats = statSync(this.#path, { throwIfNoEntry: false });
      if (stats === undefined || stats.isFile()) new WholeFile(this.#path).write(text);
      else if (stats.isFIFO()) await writeToPipe(this.#path, text);
      else await writeToDevice(this.#path, text);
    } catch (error) {
      throw outputError(`--json.out ${this.#path}`, error);
    }
  }
}

/** Never blocks a thread, because a process cannot exit while one blocks. A pipe that nobody reads is ENXIO. */
async function writeToPipe(path: string, text: string): Promise<void> {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const pipe = new Socket({ fd, readable: false, writable: true });
  pipe.end(text);
  await finished(pipe, { readable: false });
}

/** A device is not a file to be replaced: write into it. */
async function writeToDevice(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

function outputError(place: string, cause: unknown): MccError {
  return new MccError('MCC_ERR_OUTPUT', {
    what: `The report could not be written to ${place}: ${reasonOf(cause)}.`,
    cause,
  });
}

/** "no space left on device (ENOSPC)" */
function reasonOf(cause: unknown): string {
  const { code, errno, message } = cause as NodeJS.ErrnoException;
  const sentence = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return sentence === undefined ? message : `${sentence} (${code})`;
}
