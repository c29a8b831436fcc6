import { join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import { drive, serve } from './harness/mcc.js';
import { needMtcp } from './harness/mtcp.js';
import { tempDir } from './harness/temp.js';

/**
 * Both ends poll, on two cores that whatever else runs has a claim to as well. What they are kept from their cores is chance, which
 * a median forgives as long as the instants are independent of one another: connections that opened at once would all
 * meet the same moment.
 */
const EVENLY = ['-s', '2s', '-w', '1s', '-d', '3s', '--raw.heartbeat', '500ms'];

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

/** Loads it evenly, without an error. */
async function driveEvenly(flags: readonly string[], connections: number) {
  const { code, report } = await drive([...flags, '-c', `${connections}`, ...EVENLY]);
  expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
  return report;
}

for (const ms of [20, 80, 200]) {
  test(`users ${ms} ms away connect and are answered after ${ms} ms`, { retry: 2 }, async (context) => {
    const report = await driveEvenly(await createDistance(context, `share=100%,rtt=${ms}ms`), 20);
    expect(report.requests.completed).toBeGreaterThanOrEqual(60);
    near(report.latencyUs?.p50, ms);
    expect(report.latencyUs?.min).toBeGreaterThan(999 * ms);
    near(report.connections.connectTimeUs?.p50, ms);
    expect(report.classes).toMatchObject([{ name: `share=100%,rtt=${ms}ms`, completed: report.requests.completed }]);
    expect(report.stack).toMatchObject({ synRetransmits: 0, wanLost: 0, wanDropped: 0 });
    // Not even the steadiest way makes for a time-out that is not called for.
    expect(report.stack).toMatchObject({ timeoutRetransmits: 0, spuriousTimeouts: 0, duplicates: 0 });
  });
}

test(
  'of a mix, each class has its share and its own round trip, and the rest is near',
  { retry: 2 },
  async (context) => {
    const classes = ['share=30%,rtt=20ms', 'share=20%,rtt=80ms', 'share=15%,rtt=200ms'];
    // Every connection says as much as every other, however far away it is.
    const report = await driveEvenly(await createDistance(context, ...classes), 100);
    expect(report.classes?.map(({ name }) => name)).toEqual([...classes, 'near']);
    const [first, second, third, rest] = report.classes!;
    for (const [{ latencyUs }, ms] of [
      [first!, 20],
      [second!, 80],
      [third!, 200],
    ] as const) {
      near(latencyUs?.p50, ms);
      expect(latencyUs?.min).toBeGreaterThan(999 * ms);
    }
    expect(rest!.latencyUs?.p50).toBeLessThan(1000);
    expect(report.classes?.reduce((sum, { completed }) => sum + completed, 0)).toBe(report.requests.completed);
    // 6 heartbeats of each connection, one more or less at the ends.
    for (const [{ completed, failed }, share] of [
      [first!, 30],
      [second!, 20],
      [third!, 15],
      [rest!, 35],
    ] as const) {
      expect(failed).toBe(0);
      expect(completed).toBeGreaterThanOrEqual(5 * share);
      expect(completed).toBeLessThanOrEqual(7 * share);
    }
  },
);

test('a line is no faster than its bandwidth, and what it loses is sent again', { retry: 2 }, async (context) => {
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
