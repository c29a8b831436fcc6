import { instantiate, type Streams } from '../container.js';
import type { IntervalSnapshot, RunInfo, RunProgress, RunReport } from '../contracts/report.js';
import type { Reporter } from '../contracts/reporter.js';
import { explain, isMccError } from '../errors.js';
import { freeze } from '../freeze.js';
import { toPlain } from '../reactor/messages.js';
import type { RunIo } from './io.js';
import type { LoadedPlugin } from './request.js';

/** How long a reporter may take to start, or to finish. */
const HOOK_MS = 30_000;

type Hook = 'onStart' | 'onProgress' | 'onInterval' | 'onEnd';

/** Calls the reporters of a run, each shielded from the others: one that throws is named on stderr and dropped. */
export class ReporterHost {
  readonly #stderr: RunIo['stderr'];
  /** With the names that the user gave: those of their plugins. */
  readonly #live: Map<Reporter, string>;
  #outputLost = false;

  constructor(reporters: Iterable<Reporter>, stderr: RunIo['stderr']) {
    this.#live = new Map([...reporters].map((reporter) => [reporter, reporter.name]));
    this.#stderr = stderr;
  }

  /** Makes the reporters. One that cannot be made is dropped, unless it throws an MccError: then the run cannot start. */
  static make(plugins: readonly LoadedPlugin[], io: Streams & Pick<RunIo, 'stderr'>): ReporterHost {
    const host = new ReporterHost([], io.stderr);
    for (const { plugin, options } of plugins) {
      try {
        host.#live.set(instantiate('reporter', plugin, options, io), plugin.name);
      } catch (error) {
        if (isMccError(error)) throw error;
        host.#report(plugin.name, 'its constructor', error);
      }
    }
    return host;
  }

  /** Whether anyone listens to `onProgress`, which costs a tick every 100 ms. */
  get wantsProgress(): boolean {
    return [...this.#live.keys()].some((reporter) => reporter.onProgress !== undefined);
  }

  /** True after a reporter's `onEnd` could not write its output. */
  get outputLost(): boolean {
    return this.#outputLost;
  }

  /** Rejects with the MccError of a reporter whose output cannot be written. */
  async start(run: RunInfo): Promise<void> {
    freeze(run);
    await this.#each('onStart', (reporter) => within(HOOK_MS, reporter.onStart?.(run)), isMccError);
  }

  progress(progress: RunProgress): void {
    void this.#each('onProgress', (reporter) => reporter.onProgress?.(freeze(progress)));
  }

  interval(interval: IntervalSnapshot): void {
    void this.#each('onInterval', (reporter) => reporter.onInterval?.(freeze(interval)));
  }

  async end(report: RunReport): Promise<void> {
    freeze(report);
    await this.#each('onEnd', (reporter) => within(HOOK_MS, reporter.onEnd?.(report)));
  }

  async #each(
    hook: Hook,
    call: (reporter: Reporter) => void | Promise<void>,
    fatal: (error: unknown) => boolean = () => false,
  ): Promise<void> {
    await Promise.all(
      [...this.#live].map(async ([reporter, name]) => {
        try {
          await call(reporter);
        } catch (error) {
          if (fatal(error)) throw error;
          this.#live.delete(reporter);
          if (hook === 'onEnd') this.#outputLost ||= toPlain(error, 'MCC_ERR_WORKER').code === 'MCC_ERR_OUTPUT';
          this.#report(name, hook, error);
        }
      }),
    );
  }

  #report(name: string, where: string, error: unknown): void {
    const detail = isMccError(error) ? explain(error) : error instanceof Error ? error.message : error;
    this.#stderr.write(`mcc: the reporter ${name} threw in ${where} and was dropped: ${String(detail)}\n`);
  }
}

async function within(ms: number, done: void | Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not finish within ${ms / 1000} s`)), ms);
  });
  try {
    await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
