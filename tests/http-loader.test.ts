import { expect, test } from 'vitest';
import { HTTP_LOADER_BIN, serve, withReport } from './harness/mcc.js';
import { start, type Running } from './harness/process.js';

function httpLoader(...args: readonly string[]): Running {
  return start([process.execPath, HTTP_LOADER_BIN, ...args]);
}

test('http_loader takes the flags of the original', async () => {
  const server = await serve(['--proto', 'http']);
  const flags = ['-c', '42', '-d', '1', '--smp', '1', '--network-stack', 'kernel', '--dest', server.address];
  const { code, report } = withReport(await httpLoader(...flags, '--reporter', 'json').ended);
  expect(code).toBe(0);
  expect(report.run).toMatchObject({ protocol: 'http', stack: 'kernel', connections: 42, endedBy: 'duration' });
  expect(report.run.durationSeconds).toBeGreaterThanOrEqual(1);
  expect(report.errors).toEqual({});
});

test('http_loader has the defaults of the original: 100 connections, until a signal', async () => {
  const server = await serve(['--proto', 'http']);
  const running = httpLoader('--dest', server.address, '--reporter', 'json,console');
  await running.waitFor(/req/);
  running.kill('SIGINT');
  const { code, report } = withReport(await running.ended);
  expect(code).toBe(130);
  expect(report.run).toMatchObject({ protocol: 'http', stack: 'kernel', connections: 100, workers: 1 });
  expect(report.run.options).toMatchObject({ duration: '0' });
  expect(report.run.endedBy).toBe('signal');
});

test('http_loader passes on what else mcc run takes', async () => {
  const server = await serve(['--proto', 'http']);
  const flags = ['-c', '2', '-d', '300ms', '--http.method', 'HEAD', '--threshold', 'latency.p99<1ns'];
  const { code, report } = withReport(
    await httpLoader(`http://${server.address}/`, ...flags, '--reporter', 'json').ended,
  );
  expect(report.run.options).toMatchObject({ http: { method: 'HEAD' } });
  expect(code).toBe(99);
});

test('http_loader --help lists every flag of the original', async () => {
  const { code, stdout } = await httpLoader('--help').ended;
  expect(code).toBe(0);
  expect(stdout).toContain('$ http_loader [target]');
  for (const flag of [
    '-c, --conn N',
    '-d, --duration TIME',
    '--smp N',
    '--network-stack',
    '--dest TARGET',
    '-h, --help',
  ]) {
    expect(stdout).toContain(flag);
  }
  expect(stdout).toMatch(/--http\.path PATH/);
});

test('http_loader --version names itself', async () => {
  const { stdout } = await httpLoader('--version').ended;
  expect(stdout).toMatch(/^http_loader\/\d+\.\d+\.\d+ /);
});

test('http_loader says in a sentence what is wrong', async () => {
  const { code, stdout, stderr } = await httpLoader('-c', '5').ended;
  expect(stderr).toMatch(/^[^\n]*no target is given: use --dest[^\n]*\n$/);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});
