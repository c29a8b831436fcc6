import { afterEach, describe, expect, it } from 'vitest';
import type { WorkerJob } from '../reactor/messages.js';
import { WorkerPool } from './worker-pool.js';

/** A worker that does what `on` says for each message; `index` and `post` are there for it. */
function workerThat(on: string): URL {
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    const index = workerData.context.workerIndex;
    const post = (type, more) => parentPort.postMessage({ type, ...more });
    parentPort.on('message', ({ type }) => { if (type === 'exit') process.exit(); ${on} });`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

const job = (workerIndex: number) => ({ context: { workerIndex } }) as unknown as WorkerJob;

let pool: WorkerPool;
afterEach(() => pool.end());

/** A pool of two, and the first line that it writes. */
function poolOf(worker: URL): Promise<string> {
  return new Promise((resolve) => {
    pool = new WorkerPool([job(0), job(1)], worker, { write: resolve });
  });
}

describe('WorkerPool', () => {
  it('waits for the other workers when one has reported twice', async () => {
    const said = poolOf(
      workerThat(`
        if (index === 0 && type !== 'connect') post('drained');
        if (index === 0 && type === 'abort') post('notice', { text: 'twice' });
        if (index === 1 && type === 'connect') post('drained');`),
    );
    let drained = false;
    void pool.drained.then(() => (drained = true));
    pool.post({ type: 'drain' });
    pool.post({ type: 'abort' });
    expect(await said).toBe('mcc: twice\n');
    await new Promise(setImmediate);
    expect(drained).toBe(false);
    pool.post({ type: 'connect' });
    await pool.drained;
  });

  it('tells of a worker that ended without being told to', async () => {
    void poolOf(workerThat(`if (index === 1) process.exit();`));
    pool.post({ type: 'connect' });
    await expect(pool.broken).resolves.toMatchObject({
      code: 'MCC_ERR_WORKER',
      message: 'Worker thread 1 ended unexpectedly.',
    });
  });

  it('puts what workers print on stderr', async () => {
    const said = poolOf(workerThat(`if (index === 0) console.log('a word');`));
    pool.post({ type: 'connect' });
    expect(await said).toBe('a word\n');
  });
});
