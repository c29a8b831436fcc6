import type { RunReport } from '@mcc/core';
import { sampleDistribution, sampleInterval, sampleReport, sampleRunInfo } from '@mcc/core/testing';

/** Ten intervals whose rate and p99 go up and down. */
const intervals = Array.from({ length: 10 }, (_, index) =>
  sampleInterval({
    atSeconds: index + 1,
    requestRate: [12_000, 31_000, 44_000, 49_000, 50_000, 50_200, 49_800, 26_000, 50_100, 50_000][index]!,
    p99Us: [2900, 2850, 2920, 2880, 2910, 2900, 2890, 11_500, 2900, 2905][index]!,
  }),
);

/** A run in which all went well. */
export function healthyReport(): RunReport {
  return sampleReport({ intervals });
}

/** A run in which nearly everything that can be said about a run has to be said. */
export function troubledReport(): RunReport {
  return sampleReport({
    run: { ...sampleRunInfo({ workers: 2, stack: 'mtcp' }), durationSeconds: 1.84, endedBy: 'signal' },
    environment: { ...sampleReport().environment, cores: 4 },
    connections: {
      attempted: 76,
      established: 64,
      peak: 60,
      failed: 12,
      closedByPeer: 3,
      reconnected: 3,
      ratePerSecond: 12_800,
      open: 57,
      connectTimeUs: sampleDistribution([180, 210, 240, 300, 900]),
    },
    requests: { sent: 150_000, completed: 148_796, failed: 1304, ratePerSecond: 80_867.4 },
    serviceTimeUs: sampleDistribution([600, 700, 800]),
    pacing: { scheduled: 150_000, late: 4000, queued: 0, unsent: 0, errorUs: sampleDistribution([0.3, 0.4, 0.5, 12]) },
    errors: {
      MCC_ERR_CONNECT_REFUSED: 12,
      MCC_ERR_REPLY_TIMEOUT: 1204,
      MCC_ERR_UNEXPECTED_STATUS: 100,
      MCC_ERR_OF_LATER: 3,
    },
    protocol: { http: { status: { '200': 147_796, '204': 900, '404': 100 } } },
    stack: { port: 'memif', rxPackets: 312_000, retransmits: 41, rxDropped: 0 },
    process: { cpuSeconds: { user: 3.1, system: 0.4 }, maxRssBytes: 92_000_000, busyPercent: 98.4 },
    generator: {
      pollGapUs: sampleDistribution([0.2, 3, 40, 310]),
      headroom: {
        packetBuffers: { size: 16_384, leastFree: 12_033 },
        receiveRing: { size: 2048, leastFree: 0 },
        sendQueue: { size: 8192, leastFree: 8192 },
      },
      notes: [
        "The generator itself was the bottleneck: its busiest core was 98.4 % busy, so the target can do more than this, and some of the latency is mcc's own. Raise --smp (2 of 4 cores used now).",
        '2.67 % of the departures left over 1 ms late by no fault of the server: the generator did not keep the schedule. Lower the rate, or raise --smp.',
      ],
    },
    thresholds: [
      { expression: 'latency.p99<5ms', actual: 3300, passed: true },
      { expression: 'errors<0.1%', actual: 0.88, passed: false },
      { expression: 'pacing.p99<1us', actual: null, passed: false },
      { expression: 'requests.rate>=100k', actual: 80_867.4, passed: false },
    ],
    intervals: intervals.slice(0, 1),
  });
}

/** A run that met a closed port. */
export function refusedReport(): RunReport {
  const {
    latencyUs: _latency,
    serviceTimeUs: _service,
    ...rest
  } = sampleReport({
    connections: { attempted: 64, established: 0, peak: 0, failed: 64, closedByPeer: 0, reconnected: 0, open: 0 },
    requests: { sent: 0, completed: 0, failed: 0, ratePerSecond: 0 },
    bytes: { sent: 0, received: 0 },
    errors: { MCC_ERR_CONNECT_REFUSED: 64 },
    protocol: {},
    process: { cpuSeconds: { user: 0.02, system: 0.01 }, maxRssBytes: 61_000_000, busyPercent: 0.4 },
    intervals: [],
  });
  return { ...rest, run: { ...rest.run, durationSeconds: 0 } };
}
