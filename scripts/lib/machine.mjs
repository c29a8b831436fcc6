// What a figure depends on besides the program: the machine, and who else is using it.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** `roundTripNs`: how long a cache line takes from one core to the other and back. */
export function describeMachine(roundTripNs) {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    roundTripNs,
  };
}

/** The share of its time that each core was busy during `ms`, in percent. */
export async function coreUse(ms) {
  const before = coreTimes();
  await sleep(ms);
  return coreTimes().map(({ idle, total }, core) => {
    const passed = total - before[core].total;
    return passed === 0 ? 0 : Math.round(100 * (1 - (idle - before[core].idle) / passed));
  });
}

function coreTimes() {
  return readFileSync('/proc/stat', 'utf8')
    .split('\n')
    .filter((line) => /^cpu\d/.test(line))
    .map((line) => {
      const times = line.split(/\s+/).slice(1, 9).map(Number);
      return { idle: times[3] + times[4], total: times.reduce((sum, time) => sum + time, 0) };
    });
}
