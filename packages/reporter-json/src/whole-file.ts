import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * A file that is written whole or not at all: to a temporary file beside it, which then takes its name (rename(2) is
 * atomic). Everything is synchronous, so that no signal handler can end the process between two steps; only a kill -9
 * leaves a temporary file, and the next `prepare` for the same name removes it.
 */
export class WholeFile {
  /** Where it really is: a link is followed, so that it stays a link. */
  readonly path: string;

  constructor(path: string) {
    const stats = statSync(path, { throwIfNoEntry: false });
    this.path = stats === undefined ? resolve(path) : realpathSync(path);
  }

  /** Removes what killed processes left, and throws if a file cannot be made here. Leaves nothing behind. */
  prepare(): void {
    this.#removeLeftovers();
    const temporary = this.#temporary;
    closeSync(openSync(temporary, 'wx'));
    unlinkSync(temporary);
  }

  /** Mode 0644 less the umask. After an exception the file is what it was before, or absent. */
  write(text: string): void {
    const temporary = this.#temporary;
    try {
      const file = openSync(temporary, 'wx', 0o644);
      try {
        writeFileSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, this.path);
    } catch (error) {
      bestEffort(() => unlinkSync(temporary));
      throw error;
    }
    // The new name survives a power cut too. Some file systems cannot do this; the file is whole all the same.
    bestEffort(() => {
      const directory = openSync(dirname(this.path), 'r');
      try {
        fsyncSync(directory);
      } finally {
        closeSync(directory);
      }
    });
  }

  get #temporary(): string {
    return join(dirname(this.path), `.${basename(this.path)}.${process.pid}.tmp`);
  }

  /** A temporary file under our own pid is a leftover too: containers reuse small pids. */
  #removeLeftovers(): void {
    const directory = dirname(this.path);
    const prefix = `.${basename(this.path)}.`;
    bestEffort(() => {
      for (const name of readdirSync(directory)) {
        const pid = name.startsWith(prefix) ? /^(\d+)\.tmp$/.exec(name.slice(prefix.length))?.[1] : undefined;
        if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
        bestEffort(() => unlinkSync(join(directory, name)));
      }
    });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function bestEffort(action: () => void): void {
  try {
    action();
  } catch {
    // What follows works without it.
  }
}
