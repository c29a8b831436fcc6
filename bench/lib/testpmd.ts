// DPDK's own packet mover, which looks at nothing it carries: what a port can do.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Namespace } from '../../tests/harness/netns.js';
import { type Exit, type Running, start } from '../../tests/harness/process.js';
import { tempDir } from '../../tests/harness/temp.js';
import { median } from './samples.js';

export const HAS_TESTPMD = existsSync('/usr/bin/dpdk-testpmd');

/** The device that mcc opens for the same `--mtcp.port`, in DPDK's words. */
const VDEVS = {
  af_packet: (device: string) =>
    `net_af_packet0,iface=${device},qpairs=1,qdisc_bypass=1,blocksz=65536,framesz=2048,framecnt=8192`,
  af_xdp: (device: string) => `net_af_xdp0,iface=${device},start_queue=0,queue_count=1`,
};

/**
 * A packet takes all of a page but 64 bytes, since over af_xdp the kernel never gives back those that lie further behind than
 * if there were no gaps (docs/decisions/0013): one in 64 then, of which there are enough.
 */
const PACKETS = ['--mbuf-size=3840', '--total-num-mbufs=16384', '--rxd=2048', '--txd=2048'];

/** Packets that it receives and sends at once, as by default. */
const BURST = 32;

/** Starts one end of a link. `flags`: what it is to do. */
export function startTestpmd(
  { name, device, prefix }: Namespace,
  kind: keyof typeof VDEVS,
  core: number,
  flags: readonly string[],
  boundMs: number,
): Running {
  const eal = ['--no-huge', '-m', '256', '--no-shconf', '--no-telemetry', `--file-prefix=${name}`];
  const devices = [`--lcores=0@(${core}),1@(${core})`, '--no-pci', `--vdev=${VDEVS[kind](device)}`];
  const loop = ['--auto-start', '--stats-period=1', ...PACKETS, ...flags];
  return start([...prefix, 'dpdk-testpmd', ...eal, ...devices, '--', ...loop], { boundMs });
}

/** Flags for a burst of its own accord: `packets` of them then go round between two ends that send on what they receive. */
export function sendFirst(packets: number): string[] {
  const file = join(tempDir(), 'commands');
  writeFileSync(file, `start tx_first ${packets / BURST}\n`);
  return [`--burst=${BURST}`, `--cmdline-file=${file}`];
}

/** Packets received in a second, of those seconds in which there were any: the one in the middle. */
export function receivedPerSecond({ stdout }: Exit): number {
  const rates = [...stdout.matchAll(/Rx-pps:\s+(\d+)/g)].map((match) => Number(match[1]));
  return median(rates.filter((rate) => rate > 0));
}
