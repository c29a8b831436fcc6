import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { drive } from './harness/mcc.js';
import { createLossyPath, createMtcpLink, mtcpFlags, type PortKind } from './harness/mtcp.js';
import { type LogEntry, type NginxOptions, startNginx } from './harness/nginx.js';
import { tempDir } from './harness/temp.js';

const MB = 1024 * 1024;

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const sum = (log: readonly LogEntry[]): number => log.reduce((total, entry) => total + entry.bytesSent, 0);

/** The user-level stack at one end of a veth, nginx on the kernel's TCP at the other. */
async function compare(
  context: TestContext,
  server: Omit<NginxOptions, 'within'>,
  flags: readonly string[],
  kind?: PortKind,
) {
  const link = createMtcpLink(context);
  const nginx = await startNginx(context, { ...server, within: link.server });
  const args = [...mtcpFlags(link.client, kind), '--dest', nginx.address, ...flags];
  const outcome = await drive(args, { prefix: link.client.prefix });
  return { ...outcome, report: outcome.report, log: await nginx.stop() };
}

/** One file of random bytes, at /, and the flag that checks it. */
function body(length: number) {
  const content = randomBytes(length);
  return {
    server: { locations: 'location / { root ROOT; }', files: { 'index.html': content } },
    flags: ['--http.expect-sha256', sha256(content)],
  };
}

describe.each(['af_packet', 'af_xdp'] as const)('the user-level stack against nginx over %s', (kind) => {
  for (const [what, length, atLeast, load] of [
    ['1 KB', 1024, 10_000, ['-c', '1000', '-d', '1500ms']],
    ['1 MB', MB, 20, ['-c', '10', '-d', '500ms']],
    ['100 MB', 100 * MB, 2, ['-c', '2', '-d', '100ms', '--timeout', '30s']],
  ] as const) {
    test(`bodies of ${what} arrive intact, and counts and bytes equal its log`, async (context) => {
      const { server, flags } = body(length);
      const { code, stderr, report, log } = await compare(context, server, [...flags, ...load], kind);
      expect({ code, stderr, errors: report.errors }).toEqual({ code: 0, stderr: '', errors: {} });
      expect(log.length).toBeGreaterThanOrEqual(atLeast);
      expect(log.every((entry) => entry.complete)).toBe(true);
      expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: 0 });
      expect(report.bytes.received).toBe(sum(log));
      expect(report.protocol).toMatchObject({ http: { status: { 200: log.length } } });
    });
  }

  test('request bodies of 10 MB arrive intact', async (context) => {
    const content = randomBytes(10 * MB);
    const bodies = tempDir();
    const file = join(tempDir(), 'body');
    writeFileSync(file, content);
    // nginx keeps each body in a file of its own, since it passes it on; to itself, which drops it.
    const store = `client_max_body_size 0; client_body_in_file_only on; client_body_temp_path ${bodies};`;
    const pass = 'proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_pass http://198.18.0.2/sink;';
    const { code, report, log } = await compare(
      context,
      { locations: `location / { ${store} ${pass} } location /sink { access_log off; return 204; }` },
      ['--http.method', 'POST', '--http.body-file', file, '-c', '2', '-d', '300ms'],
      kind,
    );
    expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
    expect(log.length).toBeGreaterThanOrEqual(2);
    expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: 0 });
    expect(report.bytes.sent).toBe(log.reduce((total, entry) => total + entry.bytesReceived, 0));
    const digests = readdirSync(bodies).map((name) => sha256(readFileSync(join(bodies, name))));
    expect(digests).toHaveLength(log.length);
    expect(new Set(digests)).toEqual(new Set([sha256(content)]));
  });
});

describe('the user-level stack against nginx', () => {
  test('a connection for each request', async (context) => {
    const { server, flags } = body(1024);
    const load = ['--http.keepalive', 'false', '-c', '20', '-d', '500ms'];
    const { code, report, log } = await compare(context, server, [...flags, ...load]);
    expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
    expect(report.requests).toMatchObject({ completed: log.length, failed: 0 });
    expect(report.bytes.received).toBe(sum(log));
  });

  test('two workers on one device, whose counts sum', async (context) => {
    const { server, flags } = body(1024);
    const load = ['--smp', '2', '--mtcp.address', '198.18.64.0/24', '-c', '41', '-d', '500ms'];
    const { code, report, log } = await compare(context, server, [...flags, ...load]);
    expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
    expect(report.run.workers).toBe(2);
    expect(report.connections).toMatchObject({ attempted: 41, established: 41, peak: 41 });
    expect(log.length).toBeGreaterThan(100);
    expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: 0 });
    expect(report.bytes.received).toBe(sum(log));
  });

  test('204 and 404, without a body and with a short one', async (context) => {
    const { report, log } = await compare(
      context,
      { locations: 'location / { if ($request_id ~ "^[0-7]") { return 404; } return 204; }' },
      ['-c', '20', '-d', '300ms'],
    );
    const counts = Object.fromEntries([204, 404].map((code) => [code, log.filter((e) => e.status === code).length]));
    expect(counts[204]).toBeGreaterThan(10);
    expect(counts[404]).toBeGreaterThan(10);
    expect(report.protocol).toMatchObject({ http: { status: counts } });
    expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: counts[404] });
    expect(report.bytes.received).toBe(sum(log));
  });
});

describe('a path that loses packets, which the kernel drops', () => {
  /** Bodies of 100 KB, each checked, over a path that loses so many of a thousand packets, each way. */
  async function load(context: TestContext, perMille: number, connections: number) {
    const path = createLossyPath(context, perMille);
    const { server, flags } = body(100 * 1024);
    const nginx = await startNginx(context, { ...server, within: path.server });
    const size = ['-c', `${connections}`, '-d', '1s', '--timeout', '20s', '--connect-timeout', '20s'];
    const args = [...path.flags, '--dest', nginx.address, ...flags, ...size];
    const { code, report } = await drive(args, { prefix: path.client.prefix });
    expect(report.stack).toMatchObject({ checksumErrors: 0, malformed: 0 });
    return { code, report, dropped: path.dropped() };
  }

  for (const perMille of [1, 10, 50]) {
    test(`${perMille / 10} % each way: every body arrives intact`, async (context) => {
      const { code, report, dropped } = await load(context, perMille, 16);
      expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
      expect(dropped).toBeGreaterThan(perMille === 1 ? 0 : 10);
      expect(report.requests.completed).toBeGreaterThan(16);
      expect(report.requests).toMatchObject({ sent: report.requests.completed, failed: 0 });
      expect(report.stack).toMatchObject({ resetsSent: 0, resetsReceived: 0 });
    });
  }

  test('20 % each way: every body arrives intact, or is reported as failed', async (context) => {
    const { report, dropped } = await load(context, 200, 8);
    const { sent, completed, failed } = report.requests;
    expect(dropped).toBeGreaterThan(10);
    expect(sent).toBeGreaterThan(0);
    expect(completed + failed).toBe(sent);
    const errors = Object.keys(report.errors);
    expect(errors.filter((code) => !/TIMEOUT|RESET|CLOSED_EARLY/.test(code))).toEqual([]);
    expect(failed === 0 || errors.length > 0).toBe(true);
  });
});
