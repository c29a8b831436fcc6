import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { instantiate } from '../container.js';
import type { Plugin } from '../contracts/plugin.js';
import type { RunReport } from '../contracts/report.js';
import type { Reporter } from '../contracts/reporter.js';
import { testPlugin } from './plugin-suite.js';
import { sampleInterval, sampleProgress, sampleReport, sampleRunInfo } from './sample-report.js';

/** One way to use a reporter. */
export interface ReporterCase {
  readonly title: string;
  /** As from YAML or the command line: they go through the plugin's schema. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** The conformance suite of reporter plugins: call it in a vitest file, with cases that cover the plugin's options. */
export function testReporter(plugin: Plugin, cases: readonly ReporterCase[] = [{ title: 'as it comes' }]): void {
  describe(`reporter ${plugin.name}`, () => {
    testPlugin(plugin, 'reporter');

    describe.each(cases)('$title', ({ options = {} }) => {
      const make = (): Reporter => {
        const streams = { console: sink(), output: sink() };
        return instantiate('reporter', plugin, plugin.options.parse(options), streams);
      };

      it('registers a reporter of its name', () => {
        expect(make().name).toBe(plugin.name);
      });

      it.each(Object.entries(reports()))('survives %s', async (_, report) => {
        await perform(make(), report);
      });

      it('survives a run that never came to its load', async () => {
        const reporter = make();
        await reporter.onStart?.(frozen(sampleRunInfo()));
        await reporter.onEnd?.(frozen(failed()));
      });
    });
  });
}

/** Every hook, in the order of a run, with data that throws when it is changed. */
async function perform(reporter: Reporter, report: RunReport): Promise<void> {
  await reporter.onStart?.(frozen(sampleRunInfo()));
  for (const phase of ['connect', 'wait', 'load', 'drain', 'report'] as const) {
    reporter.onProgress?.(frozen(sampleProgress({ phase })));
  }
  for (const interval of report.intervals) await reporter.onInterval?.(frozen(interval));
  await reporter.onEnd?.(frozen(report));
}

function reports(): Record<string, RunReport> {
  const { latencyUs, serviceTimeUs, ...unmeasured } = sampleReport();
  return {
    'a healthy run': sampleReport(),
    'a run without a single reply': { ...unmeasured, requests: { sent: 0, completed: 0, failed: 0, ratePerSecond: 0 } },
    'a run with errors and a crossed threshold': sampleReport({
      errors: { MCC_ERR_REPLY_TIMEOUT: 12, MCC_ERR_CONNECT_REFUSED: 3 },
      thresholds: [
        { expression: 'errors<1', actual: 15, passed: false },
        { expression: 'pacing.p99<1ms', actual: null, passed: false },
      ],
    }),
    'an open loop ended by a signal': sampleReport({
      run: { ...sampleReport().run, endedBy: 'signal' },
      pacing: { scheduled: 150_000, late: 17, queued: 3, unsent: 2, ...(latencyUs && { errorUs: latencyUs }) },
      ...(serviceTimeUs && { serviceTimeUs }),
    }),
    'intervals without percentiles': sampleReport({ intervals: [quietInterval()] }),
  };
}

function quietInterval(): RunReport['intervals'][number] {
  const { p50Us: _p50, p99Us: _p99, ...quiet } = sampleInterval({ requestRate: 0 });
  return quiet;
}

function failed(): RunReport {
  const {
    latencyUs: _latency,
    serviceTimeUs: _service,
    ...report
  } = sampleReport({
    connections: { attempted: 64, established: 0, peak: 0, failed: 64, closedByPeer: 0, reconnected: 0, open: 0 },
    requests: { sent: 0, completed: 0, failed: 0, ratePerSecond: 0 },
    bytes: { sent: 0, received: 0 },
    errors: { MCC_ERR_CONNECT_REFUSED: 64 },
    protocol: {},
    intervals: [],
  });
  return { ...report, run: { ...report.run, durationSeconds: 0, endedBy: 'error' } };
}

/** A stream that is no terminal and swallows everything. */
function sink(): NodeJS.WriteStream {
  return new PassThrough().resume() as unknown as NodeJS.WriteStream;
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
