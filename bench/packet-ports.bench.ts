// Packets over af_packet and af_xdp on a veth, a user-level end with a core of its own on either side: our stack, and testpmd
// in frames of the same size, in turn. One way in full frames (a server's large bodies), and there and back in small ones (an
// echo). Our ends carry acknowledgments against the stream besides, and TCP; testpmd's carry nothing else, and look at none.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, type TestContext } from 'vitest';
import { drive, serve } from '../tests/harness/mcc.js';
import { createMtcpLink, needProgram, type PortKind } from '../tests/harness/mtcp.js';
import type { Link, Namespace } from '../tests/harness/netns.js';
import { alternate } from './lib/contest.js';
import { median, publish } from './lib/samples.js';
import { HAS_TESTPMD, receivedPerSecond, sendFirst, startTestpmd } from './lib/testpmd.js';

const SECONDS = Number(process.env['MCC_BENCH_SECONDS'] ?? 5);
const ROUNDS = Number(process.env['MCC_BENCH_ROUNDS'] ?? 5);
const CLIENT_CORE = 0;
const SERVER_CORE = 1;
const boundMs = (SECONDS + 60) * 1000;

interface Traffic {
  /** Whole frames, without their checksum. */
  readonly bytes: number;
  readonly server: readonly string[];
  readonly client: readonly string[];
  /** What testpmd does at either end. */
  readonly far: readonly string[];
  readonly near: readonly string[];
  /** Packets that go round between the ends; absent: one end makes them. */
  readonly round?: number;
}

const ECHOES = 512;
/** Ethernet, IPv4, TCP with timestamps. */
const HEADERS = 14 + 20 + 32;
const MESSAGE = 64;

const TRAFFIC: Readonly<Record<string, Traffic>> = {
  'to the client, full frames': {
    bytes: 1514,
    server: ['--http.body-size', '1m'],
    client: ['--proto', 'http', '-c', '16'],
    far: ['--forward-mode=txonly', '--txpkts=1514'],
    near: ['--forward-mode=rxonly'],
  },
  'there and back, small frames': {
    bytes: HEADERS + MESSAGE,
    server: ['--proto', 'raw', '--raw.reply', 'echo'],
    client: ['--proto', 'raw', '--raw.length', `${MESSAGE}`, '-c', `${ECHOES}`],
    far: ['--forward-mode=io'],
    near: ['--forward-mode=io', `--txpkts=${HEADERS + MESSAGE}`],
    round: ECHOES,
  },
};

/** Both ends are user-level: the kernel has no address, and drops its own copy of every packet at once. */
function createUserLink(context: TestContext): Link {
  needProgram(context, 'nft');
  const link = createMtcpLink(context);
  link.server.exec('ip', 'addr', 'flush', 'dev', link.server.device);
  for (const { device, exec } of [link.client, link.server]) {
    exec('nft', 'add table netdev own');
    exec('nft', `add chain netdev own in { type filter hook ingress device ${device} priority 0; policy drop; }`);
  }
  return link;
}

/** Packets that the client's end received in a second: in the one in the middle, as of testpmd. */
async function mcc({ client, server }: Link, kind: PortKind, traffic: Traffic): Promise<number> {
  const end = ({ device, address }: Namespace, core: number): string[] => {
    const port = ['--stack', 'mtcp', '--mtcp.huge', 'off', '--mtcp.port', `${kind}:${device}`];
    return [...port, '--mtcp.address', address, '--cpus', `${core}`];
  };
  const listen = ['--listen', `${server.address}:80`, ...traffic.server];
  const serving = await serve([...end(server, SERVER_CORE), ...listen], { prefix: server.prefix, boundMs });
  const load = ['--dest', `${server.address}:80`, '-d', `${SECONDS}`, ...traffic.client];
  const { report } = await drive([...end(client, CLIENT_CORE), ...load], { prefix: client.prefix, boundMs });
  serving.kill('SIGTERM');
  await serving.ended;
  expect.soft(report.errors).toEqual({});
  const bytesPerSecond = median(report.intervals.map((interval) => interval.bytesReceivedRate));
  return (Number(report.stack['rxPackets']) * bytesPerSecond) / report.bytes.received;
}

async function testpmd({ client, server }: Link, kind: PortKind, traffic: Traffic): Promise<number> {
  const far = startTestpmd(server, kind, SERVER_CORE, traffic.far, boundMs);
  await far.waitFor(/Rx-pps/);
  const first = traffic.round === undefined ? [] : sendFirst(traffic.round);
  const near = startTestpmd(client, kind, CLIENT_CORE, [...traffic.near, ...first], boundMs);
  await near.waitFor(/Rx-pps/);
  await sleep(SECONDS * 1000);
  for (const process of [near, far]) process.kill('SIGINT');
  await far.ended;
  return receivedPerSecond(await near.ended);
}

describe.each(['af_packet', 'af_xdp'] as const)('%s', (kind) => {
  test.for(Object.entries(TRAFFIC))('%s', { timeout: 3_600_000 }, async ([way, traffic], context) => {
    if (!HAS_TESTPMD) context.annotate('dpdk-testpmd is not installed: there is nothing to compare with');
    const link = createUserLink(context);
    const results = await alternate(ROUNDS, {
      mcc: () => mcc(link, kind, traffic),
      ...(HAS_TESTPMD && { testpmd: () => testpmd(link, kind, traffic) }),
    });
    publish(
      `${kind}, ${way} of ${traffic.bytes} bytes`,
      'packets/s received',
      Object.entries(results).map(([name, values]) => ({ name, values })),
    );
  });
});
