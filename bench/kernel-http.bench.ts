// The kernel stack against wrk: keep-alive requests for a page of 1 KB, nginx with one worker on one core, the client on
// the other, over a veth pair. MCC_BENCH_SECONDS and MCC_BENCH_ROUNDS change the length.
import { describe, expect, onTestFinished, test } from 'vitest';
import { MCC_BIN } from '../tests/harness/mcc.js';
import { createLink } from '../tests/harness/netns.js';
import { startNginx } from '../tests/harness/nginx.js';
import { alternate } from './lib/contest.js';
import { timed } from './lib/cpu-time.js';
import { median, publish } from './lib/samples.js';

const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 5);
const ROUNDS = Number(process.env['MCC_BENCH_ROUNDS'] ?? 5);
const CLIENT_CORE = ['taskset', '-c', '0'];
const SERVER_CORE = ['taskset', '-c', '1'];

interface Result {
  readonly requestsPerSecond: number;
  readonly requestsPerCpuSecond: number;
}

describe('kernel stack against wrk', () => {
  test.for([64])('%i connections', { timeout: 600_000 }, async (connections, context) => {
    const link = createLink(context);
    const nginx = await startNginx(context, {
      locations: 'access_log off; location / { root ROOT; }',
      files: { page: 'x'.repeat(1024) },
      boundMs: 600_000,
      within: { ...link.server, prefix: [...link.server.prefix, ...SERVER_CORE] },
    });
    const url = `http://${nginx.address}/page`;
    const client = [...link.client.prefix, ...CLIENT_CORE];
    const boundMs = (SECONDS + 20) * 1000;

    const mcc = (io: string) => async (): Promise<Result> => {
      const run = await timed(
        [
          ...client,
          process.execPath,
          MCC_BIN,
          'run',
          url,
          '-c',
          `${connections}`,
          '-d',
          `${SECONDS}`,
          '--kernel.io',
          io,
          '--reporter',
          'json',
        ],
        boundMs,
      );
      const { requests } = JSON.parse(run.stdout) as {
        requests: { completed: number; failed: number; ratePerSecond: number };
      };
      expect(requests.failed).toBe(0);
      return {
        requestsPerSecond: requests.ratePerSecond,
        requestsPerCpuSecond: requests.completed / run.cpuSeconds,
      };
    };
    const wrk = async (): Promise<Result> => {
      const run = await timed([...client, 'wrk', '-t', '1', '-c', `${connections}`, '-d', `${SECONDS}s`, url], boundMs);
      const requests = Number(/(\d+) requests in/.exec(run.stdout)?.[1]);
      return {
        requestsPerSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(run.stdout)?.[1]),
        requestsPerCpuSecond: requests / run.cpuSeconds,
      };
    };

    onTestFinished(async () => void (await nginx.stop()));
    const contenders = { 'mcc (auto)': mcc('auto'), 'mcc (uring)': mcc('uring'), 'mcc (epoll)': mcc('epoll'), wrk };
    await alternate(1, contenders); // warm-up
    const results = await alternate(ROUNDS, contenders);
    for (const [title, key] of [
      ['requests per second', 'requestsPerSecond'],
      ['requests per CPU-second of the client', 'requestsPerCpuSecond'],
    ] as const) {
      const figures = Object.entries(results).map(([name, runs]) => ({ name, values: runs.map((run) => run[key]) }));
      publish(`${connections} connections, ${title}`, '1/s', figures);
      const of = (name: string): number => median(figures.find((figure) => figure.name === name)?.values ?? []);
      expect.soft(of('mcc (auto)'), title).toBeGreaterThanOrEqual(of('wrk'));
    }
  });
});
