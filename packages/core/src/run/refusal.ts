import type { RunInfo, RunReport } from '../contracts/report.js';
import type { Stack } from '../contracts/stack.js';
import { ERRORS, explain, isMccError, type MccError } from '../errors.js';
import { takeSnapshot } from '../metrics/snapshot.js';
import { newStatsBlock, StatsReader } from '../metrics/stats-reader.js';
import type { RunIo } from './io.js';
import type { ReporterHost } from './reporters.js';
import type { RunRequest } from './request.js';
import { TOOL } from './tool.js';

/**
 * Runs a preflight check. What would have happened to connections (ports that run out, files that may not be opened) is
 * returned, since a report says so; anything else is thrown.
 */
export function refusalOf(check: () => void): MccError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (isMccError(error) && 'number' in ERRORS[error.code]) return error;
    throw error;
  }
}

/** Reports a run that could not start, to reporters that have: nothing was tried, and its one error is why. */
export async function reportRefusal(
  refusal: MccError,
  request: RunRequest,
  run: RunInfo,
  stack: Stack,
  host: ReporterHost,
  io: RunIo,
): Promise<{ report: RunReport; exitCode: number }> {
  io.stderr.write(`mcc: ${explain(refusal)}\n`);
  const { buildReport } = await import('../metrics/report.js');
  const nothing = takeSnapshot(new StatsReader(newStatsBlock()), stack);
  const report = buildReport({
    tool: TOOL,
    run,
    endedBy: 'error',
    connectStartNs: undefined,
    total: { ...nothing, errors: { [refusal.code]: 1 } },
    facts: {},
    intervals: [],
    thresholds: request.thresholds,
    classes: [],
    stackClasses: [],
    summarise: () => undefined,
  });
  await host.end(report);
  return { report, exitCode: refusal.exitCode };
}
