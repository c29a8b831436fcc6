import type { Plugin } from '../contracts/plugin.js';
import type { ConnectionStage, Departures, Endpoint } from '../contracts/stack.js';
import type { Target } from '../contracts/protocol.js';

/** A plugin as it was found and loaded, with its options validated. */
export interface LoadedPlugin {
  readonly plugin: Plugin;
  /** Module to import in a worker thread: a file URL. */
  readonly url: string;
  readonly packageName: string;
  readonly packageVersion: string;
  /** What the plugin's schema returned, frozen. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What `run` and `serve` have in common. Plain data but for the plugins. */
export interface CommonRequest {
  readonly stack: LoadedPlugin;
  readonly protocol: LoadedPlugin;
  readonly smp: number;
  /** The core of each worker, `smp` of them; undefined: workers float (fewer cores than workers). */
  readonly cpus?: readonly number[];
  readonly seed: bigint;
  /** Every option in force as plain JSON, for the report. */
  readonly optionsForReport: Readonly<Record<string, unknown>>;
}

export interface RunRequest extends CommonRequest {
  readonly reporters: readonly LoadedPlugin[];
  /** As the user typed it, for the report. */
  readonly dest: string;
  readonly target: Target;
  /** What `target.host` resolved to. */
  readonly endpoints: readonly Endpoint[];
  readonly connections: number;
  /** 0: until a signal. */
  readonly durationNs: number;
  readonly connectTimeoutNs: number;
  readonly timeoutNs: number;
  readonly setupTimeNs: number;
  readonly waitTimeNs: number;
  /** Open loop. Absent: closed loop. */
  readonly departures?: Departures;
  /** Absent: all connections are in use, from the set-up on. */
  readonly connectionStages?: readonly ConnectionStage[];
  readonly intervalNs: number;
  /** Expanded `--source`: inclusive ranges; empty: the stack's own choice. */
  readonly sources: readonly (readonly [first: string, last: string])[];
  /** Validated expressions, see thresholds.ts. */
  readonly thresholds: readonly string[];
}

export interface ServeRequest extends CommonRequest {
  readonly endpoints: readonly Endpoint[];
  /** The most connections accepted at one time, over all workers. */
  readonly connections: number;
}
