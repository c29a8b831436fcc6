import { join } from 'node:path';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { expect, test, type TestContext } from 'vitest';
import { drive, serve } from './harness/mcc.js';
import { needMtcp } from './harness/mtcp.js';
import { tempDir } from './harness/temp.js';

/** A server over memif that knows nothing of distance, and flags of a client whose users are this far away. */
async function createDistance(context: TestContext, ...classes: string[]) {
  needMtcp(context);
  const device = ['--stack', 'mtcp', '--proto', 'raw', '--mtcp.huge', 'off'];
  const port = ['--mtcp.port', `memif:${join(tempDir(), 'mcc.sock')}`];
  await serve([...device, ...port, '--mtcp.address', '198.18.0.2', '--listen', '198.18.0.2:8080']);
  const wan = classes.flatMap((each) => ['--mtcp.wan', each]);
  return [...device, ...port, '--mtcp.address', '198.18.64.0/24', '--dest', '198.18.0.2:8080', ...wan];
}

/** Microseconds, within 5 percent. */
function near(valueUs: number | undefined, ms: number): void {
  expect(valueUs).toBeGreaterThan(950 * ms);
  expect(valueUs).toBeLessThan(1050 * ms);
}

for (const ms of [20, 80, 200]) {
  // Whatever else runs on the machine may keep either side from its core for a while: then it is tried again.
  test(`users ${ms} ms away connect and are answered after ${ms} ms`, { retry: 4 }, async (context) => {
    const flags = await createDistance(context, `share=100%,rtt=${ms}ms`);
    const { code, report } = await drive([...flags, '-c', '20', '--raw.heartbeat', '500ms', '-w', '2s', '-d', '3s']);
    expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
    expect(report.requests.completed).toBeGreaterThanOrEqual(60);
    near(report.latencyUs?.p50, ms);
    expect(report.latencyUs?.min).toBeGreaterThan(999 * ms);
    near(report.connections.connectTimeUs?.p50, ms);
    expect(report.stack).toMatchObject({ synRetransmits: 0, wanLost: 0, wanDropped: 0 });
    // Not even the steadiest way makes for a time-out that is not called for.
    expect(report.stack).toMatchObject({ timeoutRetransmits: 0, spuriousTimeouts: 0, duplicates: 0 });
  });
}

test('each class has its share of the connections, and the rest is near', { retry: 4 }, async (context) => {
  const classes = ['share=30%,rtt=20ms', 'share=20%,rtt=80ms', 'share=15%,rtt=200ms'];
  const flags = await createDistance(context, ...classes);
  // Every connection says as much as every other, however far away it is.
  const { code, report } = await drive([...flags, '-c', '100', '--raw.heartbeat', '500ms', '-w', '2s', '-d', '3s']);
  expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
  const latency = report.latencyUs;
  expect(latency?.min).toBeLessThan(10_000);
  near(latency?.p50, 20);
  near(latency?.p75, 80);
  near(latency?.p90, 200);
});

test('each of several classes is answered after its own round trip', { retry: 4 }, async (context) => {
  const classes = [20, 80, 200];
  const flags = await createDistance(context, ...classes.map((ms) => `share=30%,rtt=${ms}ms`));
  const { code, report } = await drive([...flags, '-c', '100', '--raw.heartbeat', '500ms', '-w', '2s', '-d', '3s']);
  expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
  // A tenth is near; each class has 30 percent, and the percentiles of latency tell them apart: the p50 of each, and that
  // those of the next are all further away.
  const all = decodeFromCompressedBase64(report.latencyUs?.histogramNs ?? '');
  for (const [index, ms] of classes.entries()) {
    const first = 10 + 30 * index;
    near(all.getValueAtPercentile(first + 15) / 1000, ms);
    expect(all.getValueAtPercentile(first + 1) / 1000).toBeGreaterThan(950 * ms);
  }
});

test('a line is no faster than its bandwidth, and what it loses is sent again', { retry: 4 }, async (context) => {
  const load = ['-c', '4', '--raw.length', '10000', '--raw.reply', 'fixed:10000', '-w', '0', '-d', '3s'];
  const narrow = await createDistance(context, 'share=100%,rtt=20ms,bandwidth=4mbit');
  const { code, report } = await drive([...narrow, ...load]);
  expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
  // 20 ms of the line each way, and the round trip; the echo begins before the message is whole.
  expect(report.latencyUs?.p50).toBeGreaterThan(40_000);
  expect(report.latencyUs?.p50).toBeLessThan(80_000);

  const lossy = await createDistance(context, 'share=100%,rtt=20ms,loss=2%');
  const second = await drive([...lossy, ...load, '--seed', '1']);
  expect({ code: second.code, errors: second.report.errors }).toEqual({ code: 0, errors: {} });
  const { wanLost, fastRetransmits, timeoutRetransmits, tailProbes } = second.report.stack as Record<string, number>;
  expect(wanLost).toBeGreaterThan(10);
  expect((fastRetransmits ?? 0) + (timeoutRetransmits ?? 0) + (tailProbes ?? 0)).toBeGreaterThan(0);
});
