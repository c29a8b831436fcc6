import { release } from 'node:os';
import { expect, test } from 'vitest';
import { drive, mcc, serve } from './harness/mcc.js';
import { createLink } from './harness/netns.js';
import { startNginx } from './harness/nginx.js';

/** Without the privilege to raise it, a limit holds. */
function filesUpTo(limit: number): string[] {
  const unprivileged = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-sys_resource'] : [];
  return [...unprivileged, 'prlimit', `--nofile=${limit}:${limit}`];
}

test('too few files may be open', async () => {
  const server = await serve(['--proto', 'http']);
  const args = ['--dest', server.address, '-c', '500', '-d', '500ms', '--kernel.io', 'epoll'];
  const { code, report, stderr, seconds } = await drive(args, { prefix: filesUpTo(200) });
  expect(code).toBe(1);
  expect(report.errors).toEqual({ MCC_ERR_FILE_LIMIT: 1 });
  expect(stderr).toContain('MCC_ERR_FILE_LIMIT');
  expect(stderr).toMatch(/nofile=\d+/);
  expect(seconds).toBeLessThan(5);
});

// As many files as Node wants for itself, and a few: the connections are none, in io_uring.
test('more connections than files may be open', async (context) => {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  context.skip(major * 1000 + minor < 6014, 'direct descriptors need Linux 6.14');
  const { stdout } = await mcc(['doctor', '--stack', 'kernel']);
  context.skip(!/^ok +io_uring/m.test(stdout), 'io_uring is not permitted here');
  const few = { prefix: filesUpTo(64) };
  const server = await serve(['--proto', 'raw', '--conn', '500'], few);
  const args = ['--dest', server.address, '--proto', 'raw', '--raw.reply', 'any', '-c', '500', '-d', '500ms'];
  const { code, report } = await drive(args, few);
  expect(report.errors).toEqual({});
  expect(code).toBe(0);
  expect(report.connections).toMatchObject({ established: 500, peak: 500, failed: 0, open: 500 });
  expect(report.requests.completed).toBeGreaterThan(500);
  server.kill('SIGINT');
  expect((await server.ended).stdout).toContain('500 accepted, 500 at one time');
});

test('too few local ports, known before the run', async (context) => {
  const { client, server } = createLink(context);
  client.exec('sysctl', '-qw', 'net.ipv4.ip_local_port_range=40000 40099');
  const dest = `${server.address}:80`;
  const { code, report, stderr } = await drive(['--dest', dest, '-c', '150', '-d', '500ms'], { prefix: client.prefix });
  expect(code).toBe(1);
  expect(report.errors).toEqual({ MCC_ERR_PORTS_EXHAUSTED: 1 });
  expect(stderr).toMatch(/1 source address x 100 ports = 100 < 150/);
  expect(stderr).toContain('--source');
});

test('local ports that others hold are missed during the run', async (context) => {
  const { client, server } = createLink(context);
  const nginx = await startNginx(context, { locations: 'location / { return 204; }', within: server });
  client.exec('sysctl', '-qw', 'net.ipv4.ip_local_port_range=40000 40099');
  const args = ['--dest', nginx.address, '-c', '60'];
  const first = drive([...args, '-d', '3s'], { prefix: client.prefix });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { report } = await drive([...args, '-d', '500ms'], { prefix: client.prefix });
  expect(report.errors['MCC_ERR_PORTS_EXHAUSTED']).toBeGreaterThan(0);
  expect(report.connections.peak).toBe(40);
  expect((await first).report.errors).toEqual({});
});

test('more local addresses give more ports', async (context) => {
  const { client, server } = createLink(context);
  const nginx = await startNginx(context, { locations: 'location / { return 204; }', within: server });
  client.exec('sysctl', '-qw', 'net.ipv4.ip_local_port_range=40000 40099');
  for (let host = 3; host <= 5; host += 1)
    client.exec('ip', 'addr', 'add', `198.18.0.${host}/16`, 'dev', client.device);
  const flags = ['--dest', nginx.address, '-c', '300', '-d', '500ms', '--source', '198.18.0.1,198.18.0.3-198.18.0.5'];
  const { code, report } = await drive(flags, { prefix: client.prefix });
  expect(code).toBe(0);
  expect(report.connections).toMatchObject({ established: 300, peak: 300, failed: 0 });
});

test('a local address that this machine does not have', async (context) => {
  const { client, server } = createLink(context);
  const flags = ['--dest', `${server.address}:80`, '-c', '1', '-d', '500ms', '--source', '198.18.0.77'];
  const { code, stdout, stderr } = await drive(flags, { prefix: client.prefix });
  expect(code).toBe(1);
  expect(stdout + stderr).toContain('MCC_ERR_ADDRESS_UNAVAILABLE');
});
