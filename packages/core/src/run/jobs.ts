import type { Protocol } from '../contracts/protocol.js';
import type { Program } from '../contracts/program.js';
import type { ConnectionStage, Departures, PreflightContext } from '../contracts/stack.js';
import { MccError } from '../errors.js';
import { newStatsBlock } from '../metrics/stats-reader.js';
import type { WorkerJob } from '../reactor/messages.js';
import type { CommonRequest } from './request.js';

/** Times of a worker's context: a server has none of its own. */
export interface Timing {
  readonly setupTimeNs: number;
  readonly connectTimeoutNs: number;
  readonly timeoutNs: number;
  readonly departures?: Departures;
  readonly connectionStages?: readonly ConnectionStage[];
}

/** No more workers than connections: one without a connection would have nothing to do. */
export function workerCount(request: Pick<CommonRequest, 'smp'>, connections: number): number {
  return Math.max(1, Math.min(request.smp, connections));
}

/**
 * What each worker is told. Connections go round: worker i has those numbered i, i + workers, i + 2 workers, …
 * `stackClasses`: how many the stack puts connections in.
 */
export function makeJobs(
  request: CommonRequest,
  program: Program,
  protocol: Protocol,
  preflight: PreflightContext,
  { setupTimeNs, connectTimeoutNs, timeoutNs, departures, connectionStages }: Timing,
  stackClasses = 0,
): WorkerJob[] {
  const handled = program.steps.some((step) => step.kind === 'handler');
  if (handled && protocol.connection === undefined) {
    throw new MccError('MCC_ERR_PROGRAM', {
      what: `The program of ${protocol.name} has a handler step, but the plugin has no connection handlers.`,
    });
  }
  if (departures !== undefined) refuseOtherPace(program, protocol.name);
  if (departures?.messageBytes !== undefined && program.sized !== true) {
    throw new MccError('MCC_ERR_USAGE', {
      what: `--arrival file: has sizes, and messages of ${protocol.name} have none but their own.`,
      remedy: 'Leave out the second column, or use --proto raw.',
    });
  }
  return Array.from({ length: preflight.workers }, (_, workerIndex) => {
    const cpu = request.cpus?.[workerIndex];
    return {
      stack: { url: request.stack.url, options: request.stack.options },
      ...(handled && { protocol: { url: request.protocol.url, options: request.protocol.options } }),
      program,
      context: {
        ...preflight,
        setupTimeNs,
        connectTimeoutNs,
        timeoutNs,
        ...(departures !== undefined && { departures }),
        ...(connectionStages !== undefined && { connectionStages }),
        workerIndex,
        ...(cpu !== undefined && { cpu }),
        sessions: Math.ceil((preflight.connections - workerIndex) / preflight.workers),
        firstConnectionId: workerIndex,
        seed: request.seed,
        stats: newStatsBlock((program.classes?.length ?? 0) + stackClasses),
      },
    };
  });
}

/** A rate is all that says when requests leave: what has a pace of its own, or sends nothing, would not keep it. */
function refuseOtherPace({ steps }: Program, name: string): void {
  const refuse = (why: string, remedy: string): never => {
    throw new MccError('MCC_ERR_USAGE', { what: `--rate (or --stage, --arrival) paces requests, and ${why}.`, remedy });
  };
  if (steps.some((step) => step.kind === 'handler')) {
    refuse(`${name} sends from handlers`, 'Leave out --rate, or choose a protocol that declares its requests.');
  }
  if (steps.some((step) => step.kind === 'wait' && step.time.kind === 'period')) {
    refuse(`${name} sends at a period of its own`, 'Leave out --rate, or the heartbeat or epoch.');
  }
  if (!steps.some((step) => step.kind === 'send' || step.kind === 'sendOneOf')) {
    refuse(`${name} sends none`, 'Leave out --rate, or let it send.');
  }
}
