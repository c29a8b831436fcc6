import type { RunInfo, RunProgress, RunReport, IntervalSnapshot } from './report.js';

/**
 * A reporter plugin. Every hook is optional and gets immutable data, never the reactor. Hooks may be async: the run does
 * not wait for `onInterval` but does for `onEnd`. A reporter that throws is named on stderr and dropped; the run and the
 * other reporters go on.
 */
export interface Reporter {
  readonly name: string;
  /** Before the first connection. May throw MccError for an output that cannot be written: the run then does not start. */
  onStart?(run: RunInfo): void | Promise<void>;
  /** About ten times a second, for live displays. Cheap figures only. */
  onProgress?(progress: RunProgress): void;
  /** Once per `--interval` during the load. */
  onInterval?(interval: IntervalSnapshot): void | Promise<void>;
  /** Once, after the drain. Also after a run that failed or was ended by a signal; not when no worker could start. */
  onEnd?(report: RunReport): void | Promise<void>;
}
