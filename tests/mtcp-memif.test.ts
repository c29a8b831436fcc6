import { join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import { drive, serve, startMcc } from './harness/mcc.js';
import { needMtcp } from './harness/mtcp.js';
import { tempDir } from './harness/temp.js';

/** Flags of both ends of a memif, without hugepages. Nothing leaves the two processes. */
function createMemif(context: TestContext) {
  needMtcp(context);
  const port = ['--stack', 'mtcp', '--mtcp.huge', 'off', '--mtcp.port', `memif:${join(tempDir(), 'mcc.sock')}`];
  return {
    serving: [...port, '--mtcp.address', '198.18.0.2', '--listen', '198.18.0.2:8080'],
    driving: [...port, '--mtcp.address', '198.18.64.0/24', '--dest', '198.18.0.2:8080'],
  };
}

/** What `mcc serve` says at its end. */
function served(stdout: string) {
  const numbers = (pattern: RegExp): number[] => (pattern.exec(stdout) ?? []).slice(1).map(Number);
  const [accepted] = numbers(/^connections\s+(\d+) accepted/m);
  const [answered, failed] = numbers(/^requests\s+(\d+) answered, (\d+) failed/m);
  const [received, sent] = numbers(/^bytes\s+(\d+) received, (\d+) sent/m);
  return { accepted, answered, failed, received, sent };
}

for (const [what, proto, flags] of [
  ['HTTP on connections that are kept', 'http', []],
  ['HTTP on a connection for each request', 'http', ['--http.keepalive', 'false']],
  ['raw messages and their replies', 'raw', ['--raw.length', '100']],
] as const) {
  test(`over memif both ends count the same: ${what}`, async (context) => {
    const { serving, driving } = createMemif(context);
    const server = await serve([...serving, '--proto', proto]);
    const load = ['--proto', proto, ...flags, '-c', '50', '-d', '500ms'];
    const { code, stderr, report } = await drive([...driving, ...load]);
    server.kill('SIGINT');
    const end = await server.ended;
    expect({ code, stderr, errors: report.errors }).toEqual({ code: 0, stderr: '', errors: {} });
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(report.requests.completed).toBeGreaterThan(1000);
    expect(report.requests.sent).toBe(report.requests.completed);
    expect(served(end.stdout)).toEqual({
      accepted: report.connections.established,
      // An echo has no messages to count.
      answered: proto === 'raw' ? 0 : report.requests.completed,
      failed: 0,
      received: report.bytes.sent,
      sent: report.bytes.received,
    });
  });
}

test('over memif the next client runs at once after one was killed', async (context) => {
  const { serving, driving } = createMemif(context);
  await serve(serving);
  const killed = startMcc(['run', '--reporter', 'console', ...driving, '-c', '50', '-d', '20s', '--interval', '100ms']);
  await killed.waitFor(/req/);
  killed.kill('SIGKILL');
  await killed.ended;
  const { code, report } = await drive([...driving, '-c', '50', '-d', '300ms']);
  expect(code).toBe(0);
  expect(report.errors).toEqual({});
  expect(report.connections.established).toBe(50);
  expect(report.requests.completed).toBeGreaterThan(100);
});

test('over memif one server serves five clients in a row', async (context) => {
  const { serving, driving } = createMemif(context);
  const server = await serve(serving);
  let completed = 0;
  for (let index = 0; index < 5; index += 1) {
    const { code, report } = await drive([...driving, '-c', '20', '-d', '100ms']);
    expect(code).toBe(0);
    expect(report.errors).toEqual({});
    completed += report.requests.completed;
  }
  server.kill('SIGTERM');
  expect(served((await server.ended).stdout)).toMatchObject({ accepted: 100, answered: completed, failed: 0 });
});
