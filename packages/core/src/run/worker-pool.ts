import { Worker } from 'node:worker_threads';
import { MccError } from '../errors.js';
import { fromPlain, toPlain, type Facts, type FromWorker, type ToWorker, type WorkerJob } from '../reactor/messages.js';
import type { RunIo } from './io.js';

/** How long a worker may take to end when it is told to. */
const EXIT_MS = 2000;

/** The built worker: beside the bundle that this module is in. */
export const WORKER_URL = new URL('./worker.js', import.meta.url);

/** Resolves once every one of n workers has reported. One that reports again, as after drain and abort, counts once. */
class Barrier {
  readonly all: Promise<void>;
  readonly #missing: Set<number>;
  #resolve!: () => void;

  constructor(workers: number) {
    this.#missing = new Set(Array(workers).keys());
    this.all = new Promise((resolve) => (this.#resolve = resolve));
  }

  report(worker: number): void {
    this.#missing.delete(worker);
    if (this.#missing.size === 0) this.#resolve();
  }
}

function startWorker(url: URL, workerData: WorkerJob): Worker {
  try {
    // Its stdout is kept off ours, which is the report's.
    return new Worker(url, { workerData, stdout: true, stderr: true });
  } catch (cause) {
    throw new MccError('MCC_ERR_PROGRAM', {
      what: `The program or the options of a plugin are not plain data: ${(cause as Error).message}`,
      remedy: 'Report it to the author of the plugin.',
      cause,
    });
  }
}

/** The worker threads of a run, as one. Each promise resolves when all of them have come that far. */
export class WorkerPool {
  readonly #workers: readonly Worker[];
  readonly #ended: Promise<unknown>;
  readonly #stderr: RunIo['stderr'];
  readonly #barriers: Readonly<Record<'ready' | 'connected' | 'completed' | 'drained', Barrier>>;
  #ending = false;
  #noticed = false;
  #break!: (error: MccError) => void;

  /** Resolves with the first error that a worker cannot go on after; stays pending while all is well. */
  readonly broken: Promise<MccError>;
  /** What the first worker's stack last said about itself. */
  facts: Facts = {};

  /** Starts the workers, behind which the other threads of the process step back where that is possible. */
  static start(jobs: readonly WorkerJob[], url: URL, io: Pick<RunIo, 'stderr' | 'stepBackFor'>): WorkerPool {
    const start = (): WorkerPool => new WorkerPool(jobs, url, io.stderr);
    return io.stepBackFor === undefined ? start() : io.stepBackFor(start);
  }

  constructor(jobs: readonly WorkerJob[], url: URL, stderr: RunIo['stderr']) {
    this.#stderr = stderr;
    const barrier = (): Barrier => new Barrier(jobs.length);
    this.#barriers = { ready: barrier(), connected: barrier(), completed: barrier(), drained: barrier() };
    this.broken = new Promise((resolve) => (this.#break = resolve));
    this.#workers = jobs.map((job) => startWorker(url, job));
    this.#ended = Promise.all(this.#workers.map((worker, index) => this.#watch(worker, index)));
  }

  get ready(): Promise<void> {
    return this.#barriers.ready.all;
  }

  get connected(): Promise<void> {
    return this.#barriers.connected.all;
  }

  get completed(): Promise<void> {
    return this.#barriers.completed.all;
  }

  get drained(): Promise<void> {
    return this.#barriers.drained.all;
  }

  /** Tells every worker. */
  post(message: ToWorker): void {
    for (const worker of this.#workers) worker.postMessage(message);
  }

  /** Ends every worker, by force where one does not listen. Resolves when none is left. */
  async end(): Promise<void> {
    this.#ending = true;
    this.post({ type: 'exit' });
    const force = setTimeout(() => this.#workers.forEach((worker) => void worker.terminate()), EXIT_MS);
    await this.#ended;
    clearTimeout(force);
  }

  #watch(worker: Worker, index: number): Promise<void> {
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.on('data', (chunk: Buffer) => this.#stderr.write(chunk.toString()));
    }
    worker.on('message', (message: FromWorker) => this.#receive(message, index));
    worker.on('error', (error) => this.#break(fromPlain(toPlain(error, 'MCC_ERR_WORKER'))));
    return new Promise((resolve) => {
      worker.on('exit', () => {
        if (!this.#ending)
          this.#break(new MccError('MCC_ERR_WORKER', { what: `Worker thread ${index} ended unexpectedly.` }));
        resolve();
      });
    });
  }

  #receive(message: FromWorker, index: number): void {
    switch (message.type) {
      case 'failed':
        return this.#break(fromPlain(message.error));
      case 'notice':
        if (!this.#noticed) this.#stderr.write(`mcc: ${message.text}\n`);
        this.#noticed = true;
        return;
      case 'ready':
      case 'connected':
        if (index === 0) this.facts = message.facts;
    }
    this.#barriers[message.type].report(index);
  }
}
