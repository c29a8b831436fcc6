import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import { drive, serve, startMcc } from './harness/mcc.js';
import { needMtcp } from './harness/mtcp.js';
import { tempDir } from './harness/temp.js';

/** Growth that is none: the heap of JavaScript breathes. A memif that was not given up would take 8 MB each time. */
const RSS_NOISE = 8 * 1024 * 1024;

/** Flags of both ends of a memif, or several, without hugepages. Nothing leaves the two processes. */
function createMemif(context: TestContext, count = 1) {
  needMtcp(context);
  const folder = tempDir();
  const names = Array.from({ length: count }, (_, index) => `memif:${join(folder, `${index}.sock`)}`);
  const port = ['--stack', 'mtcp', '--mtcp.huge', 'off', ...names.flatMap((name) => ['--mtcp.port', name])];
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

/** A client in the midst of its load. */
async function startLoad(driving: readonly string[]) {
  const load = ['-c', '50', '-d', '20s', '--interval', '100ms'];
  const client = startMcc(['run', '--reporter', 'console', ...driving, ...load]);
  await client.waitFor(/req/);
  return client;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
  test(`over memif the next run starts at once after ${signal} of either end`, async (context) => {
    const { serving, driving } = createMemif(context);
    const works = async (): Promise<void> => {
      const { code, report } = await drive([...driving, '-c', '50', '-d', '100ms']);
      expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
      expect(report.connections.established).toBe(50);
      expect(report.requests.completed).toBeGreaterThan(50);
    };
    const first = await serve(serving);
    const client = await startLoad(driving);
    client.kill(signal);
    await client.ended;
    await works();

    const orphan = await startLoad(driving);
    first.kill(signal);
    await first.ended;
    orphan.kill(signal);
    await orphan.ended;
    await serve(serving);
    await works();
  });
}

/** Memory and open files of a process. */
function holdings(pid: number) {
  const rss = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  return { rss, files: readdirSync(`/proc/${pid}/fd`).length };
}

test('over memif one server serves 50 clients in a row, and keeps nothing of them', async (context) => {
  const { serving, driving } = createMemif(context);
  const server = await serve(serving, { boundMs: 240_000 });
  const held: ReturnType<typeof holdings>[] = [];
  let completed = 0;
  for (let index = 0; index < 50; index += 1) {
    const { code, report } = await drive([...driving, '-c', '20', '-d', '20ms']);
    expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
    completed += report.requests.completed;
    held.push(holdings(server.pid));
  }
  // The first few fill what is filled once: the packets' memory, JavaScript's heap.
  const [early, late] = [held[9]!, held.at(-1)!];
  expect(late.rss - early.rss, `RSS ${held.map(({ rss }) => rss >> 20).join(' ')}`).toBeLessThan(RSS_NOISE);
  expect(late.files).toBe(early.files);
  server.kill('SIGTERM');
  expect(served((await server.ended).stdout)).toMatchObject({ accepted: 1000, answered: completed, failed: 0 });
}, 250_000);

for (const [what, ports] of [
  ['queues of a memif', 1],
  ['memifs', 2],
] as const) {
  test(`two workers on two ${what} count together what the other end counts`, async (context) => {
    const { serving, driving } = createMemif(context, ports);
    const server = await serve([...serving, '--smp', '2']);
    const { code, report } = await drive([...driving, '--smp', '2', '-c', '41', '-d', '500ms']);
    server.kill('SIGINT');
    const end = await server.ended;
    expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
    expect(report.run.workers).toBe(2);
    expect(report.connections).toMatchObject({ attempted: 41, established: 41, peak: 41, reconnected: 0 });
    expect(report.requests.completed).toBeGreaterThan(41);
    expect(served(end.stdout)).toEqual({
      accepted: 41,
      answered: report.requests.completed,
      failed: 0,
      received: report.bytes.sent,
      sent: report.bytes.received,
    });
  });
}
