import { describe, expect, test } from 'vitest';
import { drive } from './harness/mcc.js';
import { createLink } from './harness/netns.js';
import { type LogEntry, type NginxOptions, startNginx } from './harness/nginx.js';
import type { TestContext } from 'vitest';

const ONE_K = 'x'.repeat(1024);

/** Runs load for a second, over a link between two namespaces, and gives what mcc and nginx counted. */
async function compare(context: TestContext, server: Omit<NginxOptions, 'within'>, flags: readonly string[] = []) {
  const link = createLink(context);
  const nginx = await startNginx(context, { ...server, within: link.server });
  const connections = flags.includes('-c') ? [] : ['-c', '20'];
  const args = ['--dest', nginx.address, ...connections, '-d', '1s', ...flags];
  const outcome = await drive(args, { prefix: link.client.prefix });
  return { ...outcome, report: outcome.report, log: await nginx.stop() };
}

const statusCounts = (log: readonly LogEntry[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status } of log) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

const bytesSent = (log: readonly LogEntry[]): number => log.reduce((sum, entry) => sum + entry.bytesSent, 0);

describe('counts agree with the log of nginx', () => {
  test('200, with a body of 1 KB', async (context) => {
    const { code, report, log } = await compare(context, {
      locations: 'location / { root ROOT; }',
      files: { 'index.html': ONE_K },
    });
    expect(code).toBe(0);
    expect(report.requests.completed).toBeGreaterThan(100);
    expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: 0 });
    expect(log.every((entry) => entry.complete)).toBe(true);
    expect(report.protocol).toMatchObject({ http: { status: { 200: log.length } } });
    expect(report.bytes.received).toBe(bytesSent(log));
    expect(report.errors).toEqual({});
    expect(report.connections).toMatchObject({ attempted: 20, established: 20, peak: 20, open: 20, failed: 0 });
  });

  test('204, without a body', async (context) => {
    const { code, report, log } = await compare(context, { locations: 'location / { return 204; }' });
    expect(code).toBe(0);
    expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: 0 });
    expect(report.protocol).toMatchObject({ http: { status: statusCounts(log) } });
    expect(statusCounts(log)).toEqual({ 204: log.length });
    expect(report.bytes.received).toBe(bytesSent(log));
  });

  test('404, which counts as completed and as failed', async (context) => {
    const { code, report, log } = await compare(context, { locations: 'location / { return 404; }' });
    expect(code).toBe(1);
    expect(log.length).toBeGreaterThan(100);
    expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: log.length });
    expect(report.errors).toEqual({ MCC_ERR_UNEXPECTED_STATUS: log.length });
    expect(report.protocol).toMatchObject({ http: { status: { 404: log.length } } });
    expect(report.bytes.received).toBe(bytesSent(log));
  });

  test('a mix of 200 and 404', async (context) => {
    const { code, report, log } = await compare(context, {
      locations: 'location / { if ($request_id ~ "^[0-7]") { return 404; } return 200; }',
    });
    const counts = statusCounts(log);
    expect(code).toBe(0);
    expect(Object.keys(counts)).toEqual(['200', '404']);
    expect(report.protocol).toMatchObject({ http: { status: counts } });
    expect(report.requests).toMatchObject({ completed: log.length, failed: counts[404] });
    expect(report.errors).toEqual({ MCC_ERR_UNEXPECTED_STATUS: counts[404] });
  });

  test('a new connection for each request', async (context) => {
    const { code, report, log } = await compare(
      context,
      { locations: 'location / { root ROOT; }', files: { 'index.html': ONE_K } },
      ['--http.keepalive', 'false'],
    );
    expect(code).toBe(0);
    expect(report.requests).toMatchObject({ completed: log.length, failed: 0 });
    expect(report.connections.established).toBeGreaterThanOrEqual(log.length);
    expect(report.bytes.received).toBe(bytesSent(log));
  });

  test('requests in a pipeline', async (context) => {
    const { code, report, log } = await compare(
      context,
      { locations: 'location / { root ROOT; }', files: { 'index.html': ONE_K } },
      ['--http.pipeline', '8'],
    );
    expect(code).toBe(0);
    expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: 0 });
    expect(report.bytes.received).toBe(bytesSent(log));
  });

  test('over two workers, whose counts sum', async (context) => {
    const { code, report, log } = await compare(
      context,
      { locations: 'location / { root ROOT; }', files: { 'index.html': ONE_K } },
      ['--smp', '2', '-c', '21'],
    );
    expect(code).toBe(0);
    expect(report.run.workers).toBe(2);
    expect(report.connections).toMatchObject({ attempted: 21, established: 21, peak: 21 });
    expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: 0 });
    expect(report.latencyUs?.count).toBe(log.length);
  });
});
