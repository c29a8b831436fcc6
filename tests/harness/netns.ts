import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { onTestFinished, type TestContext } from 'vitest';

/** One end of a link: a network namespace with one interface and, at first, one address. */
export interface Namespace {
  readonly name: string;
  /** Of its end of the veth pair. */
  readonly device: string;
  readonly address: string;
  /** Stands before a command that is to run inside; the command's process id is its own. */
  readonly prefix: readonly string[];
  /** Runs a short command inside to its end. Throws with its stderr when it fails. */
  exec(...argv: string[]): string;
}

export interface Link {
  readonly client: Namespace;
  readonly server: Namespace;
}

let made = 0;
let probed: { reason: string | undefined } | undefined;

/**
 * Two namespaces joined by a veth pair, 198.18.0.1/16 and 198.18.0.2/16 (RFC 2544's addresses for benchmarks), removed
 * when the test ends. Skips the test, with the reason, where namespaces cannot be made.
 */
export function createLink(context: TestContext): Link {
  probed ??= { reason: obstacle() };
  context.skip(probed.reason !== undefined, probed.reason);
  made += 1;
  const client = namespace(`mcc-${process.pid}-${made}c`, 'load0', '198.18.0.1');
  const server = namespace(`mcc-${process.pid}-${made}s`, 'load1', '198.18.0.2');
  onTestFinished(() => {
    for (const { name } of [client, server]) if (existsSync(`/run/netns/${name}`)) ip('netns', 'del', name);
  });
  for (const { name } of [client, server]) ip('netns', 'add', name);
  const peer = ['peer', 'name', server.device, 'netns', server.name];
  ip('link', 'add', client.device, 'netns', client.name, 'type', 'veth', ...peer);
  for (const end of [client, server]) {
    end.exec('ip', 'addr', 'add', `${end.address}/16`, 'dev', end.device);
    end.exec('ip', 'link', 'set', end.device, 'up');
    end.exec('ip', 'link', 'set', 'lo', 'up');
  }
  return { client, server };
}

function namespace(name: string, device: string, address: string): Namespace {
  const prefix = ['ip', 'netns', 'exec', name];
  return { name, device, address, prefix, exec: (...argv) => ip('netns', 'exec', name, ...argv) };
}

function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Why namespaces cannot be made here, or undefined when they can: it is tried. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const name = `mcc-${process.pid}-probe`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT') return 'ip is not installed (iproute2)';
    return `network namespaces are not permitted: ${(stderr ?? String(error)).trim()}`;
  }
}
