// Idle connections from the user-level stack to a real nginx behind a veth: MCC_BENCH_CONNECTIONS of them (a million), or
// as many as the machine has memory for, some of which say something every second. What stopped it is stated. As many
// workers of nginx as it takes share the port, since each may have so many files open and no more.
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { drive } from '../tests/harness/mcc.js';
import { createMtcpLink, mtcpFlags, type PortKind } from '../tests/harness/mtcp.js';
import { startNginx } from '../tests/harness/nginx.js';

const WANTED = Number(process.env['MCC_BENCH_CONNECTIONS'] ?? 1_000_000);
const PORT = (process.env['MCC_BENCH_PORT'] ?? 'af_packet') as PortKind;
/** Connections opened in a second. */
const PACE = Number(process.env['MCC_BENCH_PACE'] ?? 10_000);
const HOLD_SECONDS = 15;
/** How many say something in a second. */
const CHATTER = 5000;
/** What a connection takes: the kernel's socket and file, nginx's record, ours. With as much again left to the machine. */
const BYTES_EACH = 6144;
/** The kernel's hash spreads them over the workers: some get more than their share. */
const WORKER_FILL = 0.9;
const OWN_FILES = 100;

const HEAD = 'HEAD / HTTP/1.1\r\nHost: bench\r\n\r\n';
const hex = (text: string): string => `hex:${Buffer.from(text).toString('hex')}`;

/** The most files that a process here may have open. */
function fileLimit(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  return Number(/^Max open files\s+\d+\s+(\d+)/m.exec(limits)?.[1] ?? 1024);
}

function available(): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

test('idle connections to nginx', { timeout: 1_800_000 }, async (context) => {
  const memory = available();
  const connections = Math.min(WANTED, Math.floor(memory / 2 / BYTES_EACH / 1000) * 1000);
  const workerConnections = Math.min(fileLimit(), 1_000_000) - OWN_FILES;
  const workers = Math.ceil(connections / (workerConnections * WORKER_FILL)) + 1;
  const link = createMtcpLink(context);
  for (const setting of ['core/somaxconn', 'ipv4/tcp_max_syn_backlog']) {
    link.server.exec('sh', '-c', `echo 65535 > /proc/sys/net/${setting}`);
  }
  const setupSeconds = Math.ceil(connections / PACE);
  const boundMs = (2 * setupSeconds + 300) * 1000;
  const nginx = await startNginx(context, {
    locations: 'access_log off; client_header_timeout 1h; keepalive_timeout 1h; location / { return 204; }',
    within: link.server,
    workers,
    workerConnections,
    boundMs,
  });
  onTestFinished(async () => void (await nginx.stop()), 300_000); // a million sockets take a while to close
  const before = available();
  let least = before;
  const watch = setInterval(() => (least = Math.min(least, available())), 500);
  const load = [
    '--proto',
    'raw',
    '--raw.payload',
    hex(HEAD),
    '--raw.length',
    `${HEAD.length}`,
    '--raw.heartbeat',
    `${Math.ceil(connections / CHATTER)}s`,
    '--raw.reply',
    `delimiter:${hex('\r\n\r\n')}`,
  ];
  const { report } = await drive(
    [
      ...mtcpFlags(link.client, PORT),
      '--mtcp.address',
      '198.18.64.1-198.18.64.62',
      '--mtcp.memory',
      '256m',
      '--dest',
      nginx.address,
      '-c',
      `${connections}`,
      '--setup-time',
      `${setupSeconds}s`,
      '--connect-timeout',
      '60s',
      '--timeout',
      '60s',
      '-d',
      `${HOLD_SECONDS}s`,
      ...load,
    ],
    { prefix: link.client.prefix, boundMs },
  );
  clearInterval(watch);

  const { peak, open } = report.connections;
  const stopped =
    peak < connections
      ? `errors: ${JSON.stringify(report.errors)}`
      : connections < WANTED
        ? `memory: ${number(memory / 2 ** 30)} GB available, of which half at ${BYTES_EACH} bytes a connection`
        : 'nothing: as many as were asked for';
  console.log(
    [
      `${PORT}: ${number(peak)} connections to ${workers} workers of nginx, ${number(open)} at the end of ${HOLD_SECONDS} s`,
      `stopped by ${stopped}`,
      `requests: ${number(report.requests.completed)} answered, ${number(report.requests.failed)} failed`,
      `${number(report.process.maxRssBytes / 2 ** 20)} MB in mcc, ${report.stack['bytesPerConnection']} bytes a connection;`,
      `the machine had ${number((before - least) / peak)} bytes less for each, the kernel's and nginx's included`,
      `SYNs again: ${report.stack['synRetransmits']}, other retransmissions, of the closing too: ${report.stack['timeoutRetransmits']}`,
    ].join('\n'),
  );
  expect(report.errors).toEqual({});
  expect(report.connections).toMatchObject({
    established: connections,
    peak: connections,
    failed: 0,
    open: connections,
  });
  expect(report.requests.completed).toBe(report.requests.sent);
});
