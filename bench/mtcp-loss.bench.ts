// Goodput under loss: bodies of 100 KB from nginx, over a path whose router drops a share of the packets each way, to the
// user-level stack over af_packet and to the kernel's TCP, in turn. Client and server have a core each; the router works
// on both. MCC_BENCH_SECONDS and MCC_BENCH_ROUNDS change the length.
import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { drive } from '../tests/harness/mcc.js';
import { createLossyPath } from '../tests/harness/mtcp.js';
import { startNginx } from '../tests/harness/nginx.js';
import { alternate } from './lib/contest.js';
import { median, table } from './lib/samples.js';

const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 5);
const ROUNDS = Number(process.env['MCC_BENCH_ROUNDS'] ?? 5);
const CONNECTIONS = 64;
const BODY = 100 * 1024;

describe('goodput under loss against the kernel', () => {
  test.for([1, 10, 50])('%i of 1000 packets lost each way', { timeout: 600_000 }, async (perMille, context) => {
    const path = createLossyPath(context, perMille);
    path.joinKernel();
    const nginx = await startNginx(context, {
      locations: 'access_log off; location / { root ROOT; }',
      files: { body: randomBytes(BODY) },
      boundMs: 600_000,
      within: { ...path.server, prefix: [...path.server.prefix, 'taskset', '-c', '1'] },
    });
    onTestFinished(async () => void (await nginx.stop()));

    const load = ['--dest', nginx.address, '--http.path', '/body', '-c', `${CONNECTIONS}`, '-d', `${SECONDS}s`];
    const patience = ['--timeout', '60s', '--connect-timeout', '60s', '--cpus', '0'];
    const goodput = (stack: readonly string[]) => async (): Promise<number> => {
      const args = [...stack, ...load, ...patience];
      const { report } = await drive(args, { prefix: path.client.prefix, boundMs: (SECONDS + 80) * 1000 });
      expect(report.errors).toEqual({});
      return (report.requests.ratePerSecond * BODY) / 1e6;
    };

    const contenders = { mtcp: goodput(path.flags), kernel: goodput(['--stack', 'kernel']) };
    await alternate(1, contenders); // warm-up
    const results = await alternate(ROUNDS, contenders);
    const figures = Object.entries(results).map(([name, values]) => ({ name, values }));
    console.log(table(`${CONNECTIONS} connections, ${perMille / 10} % lost each way, goodput`, 'MB/s', figures));
    const [mtcp = [], kernel = []] = figures.map(({ values }) => values);
    // The other two are for comparison.
    if (perMille === 10) expect(median(mtcp)).toBeGreaterThanOrEqual(median(kernel));
  });
});
