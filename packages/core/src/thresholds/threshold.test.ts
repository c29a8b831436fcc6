import { describe, expect, it } from 'vitest';
import { MccError } from '../errors.js';
import { sampleDistribution, sampleReport } from '../testing/sample-report.js';
import { METRICS } from './metrics.js';
import { evaluate, parseThreshold } from './threshold.js';

describe('parseThreshold', () => {
  it.each([
    ['latency.p99<5ms', { metric: 'latency.p99', operator: '<', bound: 5000, percent: false }],
    ['latency.max <= 1.5 s', { metric: 'latency.max', operator: '<=', bound: 1_500_000 }],
    ['pacing.p50<900ns', { metric: 'pacing.p50', bound: 0.9 }],
    ['connect.mean<250us', { metric: 'connect.mean', bound: 250 }],
    ['errors<0.1%', { metric: 'errors', bound: 0.1, percent: true }],
    ['errors==0', { metric: 'errors', operator: '==', bound: 0, percent: false }],
    ['requests.rate>=120k', { metric: 'requests.rate', operator: '>=', bound: 120_000 }],
    ['pacing.late<0.1%', { metric: 'pacing.late', bound: 0.1, percent: true }],
    ['serviceTime.p99<1ms', { metric: 'serviceTime.p99', bound: 1000 }],
    ['process.maxRssBytes<1.2g', { metric: 'process.maxRssBytes', bound: 1.2e9 }],
    ['connections.peak>3.2m', { metric: 'connections.peak', operator: '>', bound: 3_200_000 }],
  ])('reads %s', (expression, expected) => {
    expect(parseThreshold(expression)).toMatchObject({ expression, ...expected });
  });

  it.each([
    ['latency.p99', 'not of the form'],
    ['latency.p99=5ms', 'not of the form'],
    ['latency.p98<5ms', 'no known metric'],
    ['latency.p99<5', 'units ns, us, ms, s'],
    ['latency.p99<5constructor', 'units ns, us, ms, s'],
    ['latency.p99<5%', 'no share'],
    ['requests.rate>5ms', 'plain number'],
    ['requests.rate>-5', 'not of the form'],
    ['', 'not of the form'],
  ])('refuses %s and shows how to write it', (expression, why) => {
    const refused = (): unknown => parseThreshold(expression);
    expect(refused).toThrow(MccError);
    expect(refused).toThrow(why);
    expect(refused).toThrow('--threshold');
    try {
      refused();
    } catch (error) {
      expect(error).toMatchObject({ code: 'MCC_ERR_USAGE', remedy: expect.stringMatching(/latency\.p99/) });
    }
  });
});

describe('a metric that nobody knows', () => {
  it.each([
    ['latency.p98<5ms', 'Did you mean latency.p90, latency.p95 or latency.p99?'],
    ['latncy.max<5ms', 'Did you mean latency.max?'],
    ['p95<5ms', 'Did you mean latency.p95?'],
    ['request.failed<1', 'Did you mean requests.failed?'],
    ['error<1%', 'Did you mean errors?'],
    ['http_req_duration<5ms', 'Write for example latency.p99<5ms.'],
  ])('%s: %s', (expression, remedy) => {
    const wanted = expect.objectContaining({ remedy: `${remedy} All of them are in docs/cli.md, under Thresholds.` });
    expect(() => parseThreshold(expression)).toThrow(wanted);
  });
});

describe('evaluate', () => {
  const report = sampleReport({
    latencyUs: sampleDistribution([1000, 2000, 4000]),
    requests: { sent: 1000, completed: 995, failed: 10, ratePerSecond: 500 },
    errors: { MCC_ERR_REPLY_TIMEOUT: 5, MCC_ERR_UNEXPECTED_STATUS: 5 },
  });

  it('compares in microseconds, counts and percent', () => {
    expect(
      evaluate(
        ['latency.max<4ms', 'latency.max<=4ms', 'errors<1%', 'errors<=1%', 'errors<=10', 'requests.rate>0.6k'],
        report,
      ),
    ).toEqual([
      { expression: 'latency.max<4ms', actual: 4000, passed: false },
      { expression: 'latency.max<=4ms', actual: 4000, passed: true },
      { expression: 'errors<1%', actual: 1, passed: false },
      { expression: 'errors<=1%', actual: 1, passed: true },
      { expression: 'errors<=10', actual: 10, passed: true },
      { expression: 'requests.rate>0.6k', actual: 500, passed: false },
    ]);
  });

  it('takes the share of connection attempts when no request was sent', () => {
    const idle = sampleReport({
      requests: { sent: 0, completed: 0, failed: 0, ratePerSecond: 0 },
      errors: { MCC_ERR_CONNECT_REFUSED: 16 },
    });
    expect(evaluate(['errors<25%'], idle)).toEqual([{ expression: 'errors<25%', actual: 25, passed: false }]);
  });

  it('takes the late departures as a share of all that were scheduled', () => {
    const paced = sampleReport({
      pacing: { scheduled: 2000, late: 3, queued: 0, unsent: 0, errorUs: sampleDistribution([0.2, 0.3, 12]) },
    });
    expect(evaluate(['pacing.late<0.1%', 'pacing.late<3', 'pacing.max<10us', 'pacing.scheduled==2k'], paced)).toEqual([
      { expression: 'pacing.late<0.1%', actual: 0.15, passed: false },
      { expression: 'pacing.late<3', actual: 3, passed: false },
      { expression: 'pacing.max<10us', actual: expect.closeTo(12, 1), passed: false },
      { expression: 'pacing.scheduled==2k', actual: 2000, passed: true },
    ]);
  });

  it('knows the time from the actual departure by the name that the report gives it', () => {
    const slow = sampleReport({ serviceTimeUs: sampleDistribution([100]), latencyUs: sampleDistribution([9000]) });
    expect(evaluate(['serviceTime.max<1ms', 'service.max<1ms', 'latency.max<1ms'], slow)).toMatchObject([
      { passed: true },
      { passed: true },
      { passed: false },
    ]);
  });

  it('judges the generator itself', () => {
    const busy = sampleReport({
      process: { cpuSeconds: { user: 1, system: 1 }, maxRssBytes: 1.5e9, busyPercent: 97 },
    });
    expect(evaluate(['process.busyPercent<90%', 'process.maxRssBytes<1.2g'], busy)).toMatchObject([
      { actual: 97, passed: false },
      { actual: 1.5e9, passed: false },
    ]);
  });

  it('counts a metric that was not measured as crossed', () => {
    expect(evaluate(['pacing.p99<1ms', 'pacing.late<1%'], report)).toEqual([
      { expression: 'pacing.p99<1ms', actual: null, passed: false },
      { expression: 'pacing.late<1%', actual: null, passed: false },
    ]);
  });

  it('reads every metric of a full report', () => {
    const full = sampleReport({
      pacing: { scheduled: 3, late: 0, queued: 0, unsent: 0, errorUs: sampleDistribution([1, 2, 3]) },
      generator: { pollGapUs: sampleDistribution([1, 2, 3]), notes: [] },
      received: { messages: 3, deliveryUs: sampleDistribution([1, 2, 3]) },
    });
    for (const [name, metric] of METRICS) expect(metric.read(full), name).toBeTypeOf('number');
  });
});
