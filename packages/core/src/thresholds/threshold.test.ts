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
      expect(error).toMatchObject({ code: 'MCC_ERR_USAGE', remedy: expect.stringContaining('latency.p99<5ms') });
    }
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

  it('counts a metric that was not measured as crossed', () => {
    expect(evaluate(['pacing.p99<1ms'], report)).toEqual([
      { expression: 'pacing.p99<1ms', actual: null, passed: false },
    ]);
  });

  it('reads every metric of a full report', () => {
    const full = sampleReport({ pacing: { scheduled: 3, late: 0, queued: 0, unsent: 0, errorUs: sampleDistribution([1, 2, 3]) } });
    for (const [name, metric] of METRICS) expect(metric.read(full), name).toBeTypeOf('number');
  });
});
