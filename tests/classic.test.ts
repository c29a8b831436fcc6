import { expect, test } from 'vitest';
import { mcc, serve, startMcc, withReport } from './harness/mcc.js';

test('the classic command line of mcc drives raw connections', async () => {
  const server = await serve(['--proto', 'raw']);
  const flags = [
    '-c',
    '8',
    '-l',
    '100',
    '-s',
    '0.2',
    '-w',
    '0.1',
    '-d',
    '0.5',
    '--smp',
    '1',
    '--network-stack',
    'kernel',
  ];
  const { code, report } = await mcc([...flags, '--dest', server.address, '--reporter', 'json']);
  expect(code).toBe(0);
  expect(report.run).toMatchObject({ protocol: 'raw', stack: 'kernel', connections: 8, endedBy: 'duration' });
  expect(report.errors).toEqual({});
  expect(report.bytes.sent).toBe(report.requests.sent * 100);
});

test('without -d the classic command line runs until a signal', async () => {
  const server = await serve(['--proto', 'raw']);
  const running = startMcc(['-l', '16', '--dest', server.address, '--reporter', 'json,console']);
  await running.waitFor(/req/);
  running.kill('SIGINT');
  const { code, report } = withReport(await running.ended);
  expect(code).toBe(130);
  expect(report.run).toMatchObject({ protocol: 'raw', connections: 100, endedBy: 'signal' });
  expect(report.run.options).toMatchObject({ duration: '0', raw: { length: 16 } });
});
