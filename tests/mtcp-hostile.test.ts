import { fileURLToPath } from 'node:url';
import { describe, expect, test, type TestContext } from 'vitest';
import { drive, serve, startMcc, withReport } from './harness/mcc.js';
import { createMtcpLink, mtcpFlags, needProgram, OWN_ADDRESS } from './harness/mtcp.js';
import type { Link, Namespace } from './harness/netns.js';
import { startNginx } from './harness/nginx.js';
import { start } from './harness/process.js';

const SCRIPT = fileURLToPath(new URL('harness/hostile.py', import.meta.url));
const CONNECTIONS = 50;
const UNDISTURBED = { established: CONNECTIONS, reconnected: 0, closedByPeer: 0, failed: 0 };
const SEED = '20';
const LOAD = ['-c', `${CONNECTIONS}`, '-d', '3s', '--reporter', 'json'];

type Kind = 'guesses' | 'garbage';

/** Both ends of each connection that stands at the kernel's side, its own first, once there are all of them. */
async function connections({ exec }: Namespace): Promise<string[]> {
  for (;;) {
    const lines = exec('ss', '-Htn', 'state', 'established').trim().split('\n');
    if (lines.length >= CONNECTIONS) return lines.map((line) => line.trim().split(/\s+/).slice(-2).join(','));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Frames of this kind, towards the user-level stack, from now on until `end`, which tells how many it were. */
async function attack({ client, server }: Link, kind: Kind): Promise<{ end(): Promise<number> }> {
  const flows = await connections(server);
  expect(flows.every((flow) => flow.includes(`,${OWN_ADDRESS}:`))).toBe(true);
  const mac = client.exec('cat', `/sys/class/net/${client.device}/address`).trim();
  const attacker = start([...server.prefix, 'python3', SCRIPT, kind, SEED, server.device, mac, ...flows]);
  await attacker.waitFor(/ready/);
  return {
    async end() {
      attacker.kill('SIGTERM');
      return Number((await attacker.ended).stdout.split('\n')[1]);
    },
  };
}

function linkToAttack(context: TestContext): Link {
  needProgram(context, 'python3');
  needProgram(context, 'ss');
  return createMtcpLink(context);
}

/** A run against nginx during which somebody on the link sends frames of this kind, with the addresses of both. */
async function attackedClient(context: TestContext, kind: Kind) {
  const link = linkToAttack(context);
  const { client, server } = link;
  const nginx = await startNginx(context, { locations: 'location / { return 200 "ok"; }', within: server });
  const run = startMcc(['run', ...mtcpFlags(client), '--dest', nginx.address, ...LOAD], { prefix: client.prefix });
  const attacker = await attack(link, kind);
  const { code, report } = withReport(await run.ended);
  return { code, report, sent: await attacker.end(), log: await nginx.stop() };
}

/** The same with the user-level stack as server, and a client of the kernel's. */
async function attackedServer(context: TestContext, kind: Kind) {
  const link = linkToAttack(context);
  const { client, server } = link;
  const listen = ['--listen', `${OWN_ADDRESS}:8080`];
  const serving = await serve([...mtcpFlags(client), ...listen], { prefix: client.prefix });
  const run = startMcc(['run', '--dest', serving.address, ...LOAD], { prefix: server.prefix });
  const attacker = await attack(link, kind);
  const { code, report } = withReport(await run.ended);
  const sent = await attacker.end();
  const received = Number(client.exec('cat', `/sys/class/net/${client.device}/statistics/rx_packets`));
  const again = await drive(['--dest', serving.address, '-c', '1', '-d', '100ms'], { prefix: server.prefix });
  serving.kill('SIGINT');
  return { code, report, sent, received, again, served: await serving.ended };
}

describe('what somebody beside the path sends', () => {
  for (const [kind, what, counters] of [
    ['guesses', 'RST, FIN and SYN with guessed numbers', ['challengeAcks', 'unacceptable']],
    ['garbage', 'garbage, and segments that are cut short or lie', ['malformed', 'checksumErrors']],
  ] as const) {
    test(`${what} close no connection of a client's and spoil no reply`, async (context) => {
      const { code, report, sent, log } = await attackedClient(context, kind);
      expect(sent).toBeGreaterThan(5000);
      for (const name of counters) expect(report.stack[name], name).toBeGreaterThan(0);
      expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
      expect(report.connections).toMatchObject(UNDISTURBED);
      expect(report.requests).toMatchObject({ sent: log.length, completed: log.length, failed: 0 });
      expect(report.stack).toMatchObject({ resetsSent: 0 });
    });

    test(`${what} close no connection of a server's, and it serves on`, async (context) => {
      const { code, report, sent, received, again, served } = await attackedServer(context, kind);
      expect(sent).toBeGreaterThan(5000);
      expect({ code, errors: report.errors }).toEqual({ code: 0, errors: {} });
      expect(report.connections).toMatchObject(UNDISTURBED);
      const { completed } = report.requests;
      expect(report.requests).toMatchObject({ sent: completed, failed: 0 });
      expect(received).toBeGreaterThan(sent + completed); // all of it stood before the server
      expect({ code: again.code, errors: again.report.errors }).toEqual({ code: 0, errors: {} });
      expect(served).toMatchObject({ code: 0, stderr: '' });
      const rows = served.stdout.trim().split('\n').slice(1);
      expect(rows.map((row) => row.replace(/\s+/g, ' '))).toEqual([
        `connections ${CONNECTIONS + 1} accepted, ${CONNECTIONS} at one time`,
        `requests ${completed + again.report.requests.completed} answered, 0 failed`,
        expect.stringMatching(/^bytes /),
      ]);
    });
  }
});
