import os from 'node:os';
import type { Environment, RunReport } from '../contracts/report.js';

/** The machine that the run ran on. */
export function readEnvironment(): Environment {
  return {
    cpu: os.cpus()[0]?.model.trim() || os.machine(),
    cores: os.availableParallelism(),
    kernel: `${os.type()} ${os.release()}`,
    node: process.version,
  };
}

/** What this process has used of it since it started. */
export function readProcess(busyPercent: number): RunReport['process'] {
  const usage = process.resourceUsage();
  return {
    cpuSeconds: { user: usage.userCPUTime / 1e6, system: usage.systemCPUTime / 1e6 },
    maxRssBytes: usage.maxRSS * 1024,
    busyPercent,
  };
}
