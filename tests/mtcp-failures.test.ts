import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { drive } from './harness/mcc.js';
import { createMtcpLink, makePatient, mtcpFlags, needProgram } from './harness/mtcp.js';
import { startNginx } from './harness/nginx.js';
import { start } from './harness/process.js';
import { tempDir } from './harness/temp.js';

describe('what the network refuses', () => {
  const attempt = async (context: TestContext, dest: string, ...flags: string[]) => {
    const { client } = createMtcpLink(context);
    const load = ['--dest', dest, '-c', '5', '-d', '1s'];
    return drive([...mtcpFlags(client), ...load, ...flags], { prefix: client.prefix });
  };
  const silent = [
    '198.18.0.77:80',
    '--mtcp.neighbour',
    '198.18.0.77=02:00:00:00:00:77',
    '--connect-timeout',
    '500ms',
  ] as const;

  for (const [what, error, dest, ...flags] of [
    ['a port where nobody listens, by RST of the kernel', 'MCC_ERR_CONNECT_REFUSED', '198.18.0.2:9'],
    ['an address that does not answer ARP', 'MCC_ERR_NO_NEIGHBOUR', '198.18.0.77:80'],
    ['a neighbour that does not answer SYN', 'MCC_ERR_CONNECT_TIMEOUT', ...silent],
  ] as const) {
    test(`${what}: ${error}`, async (context) => {
      const { code, report } = await attempt(context, dest, ...flags);
      expect(code).toBe(1);
      expect(Object.keys(report.errors)).toEqual([error]);
      expect(report.connections).toMatchObject({ established: 0 });
    });
  }
});

test('tshark finds nothing to remark on in a clean run', async (context) => {
  needProgram(context, 'tshark');
  const { client, server } = createMtcpLink(context);
  makePatient(server);
  const nginx = await startNginx(context, {
    locations: 'location / { root ROOT; }',
    // Less than the initial window: two cores may reorder what the kernel sends from both its process and its softirq.
    files: { 'index.html': 'x'.repeat(10_000) },
    within: server,
  });
  const pcap = join(tempDir(), 'run.pcap');
  const load = ['--dest', nginx.address, '-c', '10', '--http.think-time', '20ms', '-d', '500ms', '--mtcp.pcap', pcap];
  const { code, report } = await drive([...mtcpFlags(client), ...load], { prefix: client.prefix });
  expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
  const read = async (...args: string[]): Promise<string> => {
    const { code: status, stdout, stderr } = await start(['tshark', '-n', '-r', pcap, ...args]).ended;
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  expect((await read('-Y', 'tcp.flags.syn == 1 && tcp.flags.ack == 0')).trim().split('\n')).toHaveLength(10);
  // Severities: 0x00600000 is a warning, 0x00800000 an error.
  expect(await read('-Y', '_ws.expert.severity >= 0x00600000')).toBe('');
});
