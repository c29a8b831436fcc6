import { fileURLToPath } from 'node:url';
import { describe, expect, test, type TestContext } from 'vitest';
import { startMcc, withReport } from './harness/mcc.js';
import { createMtcpLink, mtcpFlags, needProgram, OWN_ADDRESS } from './harness/mtcp.js';
import type { Namespace } from './harness/netns.js';
import { startNginx } from './harness/nginx.js';
import { start } from './harness/process.js';

const SCRIPT = fileURLToPath(new URL('harness/hostile.py', import.meta.url));
const CONNECTIONS = 50;
const SEED = '20';

/** The far ends of the connections that stand at the kernel's side, once there are all of them. */
async function peers({ exec }: Namespace): Promise<string[]> {
  for (;;) {
    const lines = exec('ss', '-Htn', 'state', 'established').trim().split('\n');
    if (lines.length >= CONNECTIONS) return lines.map((line) => line.trim().split(/\s+/).at(-1) ?? '');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A run against nginx during which somebody on the link sends frames of this kind, with the addresses of both. */
async function attacked(context: TestContext, kind: 'guesses' | 'garbage') {
  needProgram(context, 'python3');
  needProgram(context, 'ss');
  const { client, server } = createMtcpLink(context);
  const nginx = await startNginx(context, { locations: 'location / { return 200 "ok"; }', within: server });
  const load = ['-c', `${CONNECTIONS}`, '-d', '3s', '--reporter', 'json'];
  const run = startMcc(['run', ...mtcpFlags(client), '--dest', nginx.address, ...load], { prefix: client.prefix });
  const targets = await peers(server);
  expect(targets.every((target) => target.startsWith(`${OWN_ADDRESS}:`))).toBe(true);
  const mac = client.exec('cat', `/sys/class/net/${client.device}/address`).trim();
  const attack = start([
    ...server.prefix,
    'python3',
    SCRIPT,
    kind,
    SEED,
    server.device,
    mac,
    nginx.address,
    ...targets,
  ]);
  await attack.waitFor(/ready/);
  const { code, report } = withReport(await run.ended);
  attack.kill('SIGTERM');
  const sent = Number((await attack.ended).stdout.split('\n')[1]);
  return { code, report, sent, log: await nginx.stop() };
}

describe('what somebody beside the path sends', () => {
  for (const [kind, what, counters] of [
    ['guesses', 'RST, FIN and SYN with guessed numbers', ['challengeAcks', 'unacceptable']],
    ['garbage', 'garbage, and segments that are cut short or lie', ['malformed', 'checksumErrors']],
  ] as const) {
    test(`${what} close no connection and spoil no reply`, async (context) => {
      const { code, report, sent, log } = await attacked(context, kind);
      expect(sent).toBeGreaterThan(5000);
      for (const name of counters) expect(report.stack[name], name).toBeGreaterThan(0);
      expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
      expect(report.connections).toMatchObject({
        established: CONNECTIONS,
        reconnected: 0,
        closedByPeer: 0,
        failed: 0,
      });
      expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: 0 });
      expect(report.stack).toMatchObject({ resetsSent: 0 });
    });
  }
});
