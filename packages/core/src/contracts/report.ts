/** The report of a run: schema `mcc-report/1`. Times are microseconds unless named otherwise; absent means not measured. */
export interface RunReport {
  readonly schema: 'mcc-report/1';
  readonly tool: { readonly name: string; readonly version: string };
  readonly run: RunInfo & {
    /** Length of the load phase as it was, without drain. */
    readonly durationSeconds: number;
    readonly endedBy: EndedBy;
  };
  readonly environment: Environment;
  readonly connections: {
    readonly attempted: number;
    readonly established: number;
    /** The most that were established at one time; of several workers, the sum of each one's most. */
    readonly peak: number;
    readonly failed: number;
    readonly closedByPeer: number;
    readonly reconnected: number;
    /** Established per second over the time in which the connections were set up. */
    readonly ratePerSecond?: number;
    /** Established when the load ended. */
    readonly open: number;
    readonly connectTimeUs?: Distribution;
  };
  readonly requests: {
    readonly sent: number;
    /** Replies read to their end, whatever they say. */
    readonly completed: number;
    /** Requests that ended in any error. */
    readonly failed: number;
    /** Completed per second of the load phase. */
    readonly ratePerSecond: number;
  };
  /** TCP payload. */
  readonly bytes: { readonly sent: number; readonly received: number };
  /** From the intended send time. Of replies read to their end: what timed out or was cut off is in `errors`. */
  readonly latencyUs?: Distribution;
  /** From the actual send time. */
  readonly serviceTimeUs?: Distribution;
  /** Of departures that have an instant of their own: those of an open loop, of a heartbeat, after a time to think. */
  readonly pacing?: {
    /** Meant to leave during the load. */
    readonly scheduled: number;
    /** Left more than 1 ms late, though their connection was free: the generator did not keep the schedule. */
    readonly late: number;
    /** Waited for a connection that was busy when their turn came. */
    readonly queued: number;
    /** Were still waiting for a connection when the load ended. */
    readonly unsent: number;
    /** Actual minus intended departure of those that did not wait for a connection. */
    readonly errorUs?: Distribution;
  };
  /** Messages that were not asked for, such as a server's pushes. Absent: there were none. */
  readonly received?: {
    readonly messages: number;
    /** From the departure that the message itself tells to its end here, on the same machine. */
    readonly deliveryUs?: Distribution;
  };
  /**
   * Requests by the class that the stack puts their connection in, such as users who are far away; only classes that had
   * any. Absent: it puts them in none.
   */
  readonly classes?: readonly ClassReport[];
  /** Count per MCC_ERR code; only those that happened. */
  readonly errors: Readonly<Record<string, number>>;
  readonly protocol: Readonly<Record<string, unknown>>;
  readonly stack: Readonly<Record<string, string | number | boolean>>;
  readonly process: {
    readonly cpuSeconds: { readonly user: number; readonly system: number };
    readonly maxRssBytes: number;
    /** Of the busiest worker's core during the load. */
    readonly busyPercent: number;
  };
  /** How the generator itself fared. */
  readonly generator: {
    /**
     * During the load: the time between two looks of a worker at the network, without what it slept. What comes in the middle
     * of it is not noticed before its end, and nothing leaves: no latency is known more exactly.
     */
    readonly pollGapUs?: Distribution;
    /** Of what the stack has a bounded number of, by its names. Absent: it measures none. */
    readonly headroom?: Readonly<Record<string, Headroom>>;
    /** Whether it was the limit, why, and what to raise, in plain sentences; empty when it had time to spare. */
    readonly notes: readonly string[];
  };
  readonly thresholds: readonly ThresholdResult[];
  readonly intervals: readonly IntervalSnapshot[];
}

export type EndedBy = 'duration' | 'signal' | 'completed' | 'error';

export interface RunInfo {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly stack: string;
  readonly protocol: string;
  /** As the user gave it. */
  readonly target: string;
  readonly connections: number;
  readonly workers: number;
  /** Decimal: 64 bits do not fit a JSON number. */
  readonly seed: string;
  /** Every option in force, core's and the plugins' (under the plugin's name), as plain JSON. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  readonly dpdk?: string;
}

export interface Headroom {
  readonly size: number;
  /** The fewest that were free at any time until the load ended; of several workers, those of the one that had fewest. */
  readonly leastFree: number;
}

export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly stdev: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly p9999: number;
  readonly max: number;
  /** HdrHistogram V2, base64, of whole microseconds: any HdrHistogram library reads it. */
  readonly histogram: string;
  /** The same in nanoseconds, as it was recorded. */
  readonly histogramNs: string;
}

/** The requests of one class (`Program.classes`, `Stack.classes`). */
export interface ClassReport {
  readonly name: string;
  /** As in `RunReport.requests`. */
  readonly completed: number;
  readonly failed: number;
  /** From the intended send time. */
  readonly latencyUs?: Distribution;
}

export interface ThresholdResult {
  readonly expression: string;
  /** Null when the metric was not measured: the threshold then counts as crossed. */
  readonly actual: number | null;
  readonly passed: boolean;
}

/** One interval of the load. Rates and percentiles are of this interval alone. */
export interface IntervalSnapshot {
  /** End of the interval, since the start of the load. */
  readonly atSeconds: number;
  readonly connectionsOpen: number;
  readonly connectRate: number;
  readonly requestRate: number;
  readonly errorCount: number;
  /** Absent when nothing was completed. */
  readonly p50Us?: number;
  readonly p99Us?: number;
  readonly bytesReceivedRate: number;
  readonly bytesSentRate: number;
}

export type Phase = 'connect' | 'wait' | 'load' | 'drain' | 'report';

/** What a live display needs, taken every 100 ms. */
export interface RunProgress {
  readonly phase: Phase;
  /** Since the phase started. */
  readonly elapsedSeconds: number;
  /** Undefined when open-ended. */
  readonly phaseSeconds?: number;
  readonly connectionsTotal: number;
  readonly connectionsOpen: number;
  readonly connectionsFailed: number;
  readonly connectRate: number;
  readonly requestRate: number;
  readonly requestsCompleted: number;
  readonly errorCount: number;
  readonly p50Us?: number;
  readonly p99Us?: number;
  readonly busyPercent: number;
}
