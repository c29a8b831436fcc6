import type { RunReport } from '../contracts/report.js';
import type { StopSignal } from './io.js';
import { signalExitCode } from './signals.js';

/** Errors of replies that were read to their end: such requests count as completed and as failed. */
const COMPLETED_YET_FAILED = ['MCC_ERR_UNEXPECTED_STATUS', 'MCC_ERR_BODY_MISMATCH'];

/** Exit code of a run that left a report. A signal comes first: it is why there is nothing else to expect. */
export function exitCode(report: RunReport, signal: StopSignal | undefined): 0 | 1 | 99 | 130 | 143 {
  if (report.run.endedBy === 'error') return 1;
  if (signal !== undefined) return signalExitCode(signal) as 130 | 143;
  if (report.connections.established === 0 || nothingSucceeded(report)) return 1;
  return report.thresholds.every((threshold) => threshold.passed) ? 0 : 99;
}

/** Requests were sent, or the connections they wanted were all lost, and not one came back well. */
function nothingSucceeded({ requests, connections, errors }: RunReport): boolean {
  const failedReplies = COMPLETED_YET_FAILED.reduce((sum, code) => sum + (errors[code] ?? 0), 0);
  if (requests.completed - failedReplies > 0) return false;
  return requests.sent > 0 || (connections.open === 0 && Object.keys(errors).length > 0);
}
