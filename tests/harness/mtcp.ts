import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TestContext } from 'vitest';
import { createLink, type Link, type Namespace } from './netns.js';

const folder = dirname(createRequire(import.meta.url).resolve('../../packages/stack-mtcp/package.json'));

/** The stack's own address on a link: the kernel has none at this end. */
export const OWN_ADDRESS = '198.18.0.1';

/** Skips the test where the user-level stack is not built: DPDK is optional. */
export function needMtcp(context: TestContext): void {
  const built = existsSync(join(folder, 'build', 'Release', 'stack_mtcp.node'));
  context.skip(!built, 'the user-level stack is not built: DPDK is not installed');
}

/** Skips the test where none of these places holds the program. */
export function needProgram(context: TestContext, name: string): void {
  const found = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/bin', '/sbin'].some((path) =>
    existsSync(join(path, name)),
  );
  context.skip(!found, `${name} is not installed`);
}

/** A link whose client end is the user-level stack's alone: no address, and no frame that only a NIC could finish. */
export function createMtcpLink(context: TestContext): Link {
  needMtcp(context);
  const link = createLink(context);
  giveUpAddress(link.client);
  for (const end of [link.client, link.server]) finishFrames(context, end);
  return link;
}

/** How the stack gets at an interface of the kernel's. */
export type PortKind = 'af_packet' | 'af_xdp';

/** Options of mcc on the client end. */
export function mtcpFlags({ device }: Namespace, kind: PortKind = 'af_packet'): string[] {
  return ['--stack', 'mtcp', '--mtcp.huge', 'off', '--mtcp.port', `${kind}:${device}`, '--mtcp.address', OWN_ADDRESS];
}

/** A path with a router of the kernel's in its midst, which drops this share of packets, each way. The flags are mcc's. */
export interface LossyPath {
  readonly client: Namespace;
  readonly server: Namespace;
  readonly flags: readonly string[];
  /** Packets that it has dropped so far. */
  dropped(): number;
  /** Gives the kernel an address of its own on the client end, beside the stack's, and a way to the server. */
  joinKernel(): void;
}

export function createLossyPath(context: TestContext, perMille: number): LossyPath {
  needProgram(context, 'nft');
  const near = createMtcpLink(context);
  const far = createLink(context);
  const router = near.server;
  const server = { ...far.server, address: '198.19.0.2' };
  // The second link's first end moves into the router, and the link becomes a network of its own.
  far.client.exec('ip', 'link', 'set', far.client.device, 'netns', router.name);
  router.exec('ip', 'addr', 'add', '198.19.0.1/16', 'dev', far.client.device);
  router.exec('ip', 'link', 'set', far.client.device, 'up');
  giveUpAddress(server);
  server.exec('ip', 'addr', 'add', `${server.address}/16`, 'dev', server.device);
  server.exec('ip', 'route', 'add', 'default', 'via', '198.19.0.1');
  for (const end of [server, { ...router, device: far.client.device }]) finishFrames(context, end);
  router.exec('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
  const nft = (...words: string[]): string => router.exec('nft', ...words);
  nft('add table ip path; add chain ip path through { type filter hook forward priority 0; }');
  nft(`add rule ip path through numgen random mod 1000 < ${perMille} counter drop`);
  leaveToStack(near.client);
  return {
    client: near.client,
    server,
    flags: [...mtcpFlags(near.client), '--mtcp.subnet', '198.18.0.0/16', '--mtcp.gateway', router.address],
    dropped: () => Number(/counter packets (\d+)/.exec(nft('list chain ip path through'))?.[1]),
    joinKernel() {
      near.client.exec('ip', 'addr', 'add', '198.18.0.3/16', 'dev', near.client.device);
      near.client.exec('ip', 'route', 'add', 'default', 'via', router.address);
    },
  };
}

function giveUpAddress({ device, exec }: Namespace): void {
  exec('ip', 'addr', 'flush', 'dev', device);
}

/** af_packet gets copies: the kernel would look each of the stack's packets up in its routing table before it drops it. */
function leaveToStack({ device, exec }: Namespace): void {
  exec(
    'nft',
    `add table netdev own; add chain netdev own in { type filter hook ingress device ${device} priority 0; }`,
  );
  exec('nft', `add rule netdev own in ip daddr ${OWN_ADDRESS} drop`);
}

/**
 * Keeps the kernel at this end from sending again what the stack, a process that must share its core, has had no time to
 * acknowledge: no tail-loss probes, and a long time-out.
 */
export function makePatient({ device, address, exec }: Namespace): void {
  exec('sh', '-c', 'echo 0 > /proc/sys/net/ipv4/tcp_early_retrans');
  const route = ['198.18.0.0/16', 'dev', device, 'proto', 'kernel', 'scope', 'link', 'src', address];
  exec('ip', 'route', 'change', ...route, 'rto_min', '10s');
}

/** Within a machine the kernel leaves checksums unfinished and hands over 64 KB as one packet, unless told not to. */
function finishFrames(context: TestContext, { device, exec }: Namespace): void {
  needProgram(context, 'ethtool');
  exec('ethtool', '-K', device, 'tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off');
}
