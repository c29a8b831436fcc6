import { describe, expect, it } from 'vitest';
import type { RunReport } from '../contracts/report.js';
import { sampleReport } from '../testing/sample-report.js';
import { exitCode } from './exit-code.js';

const healthy = sampleReport();
const crossed = [{ expression: 'errors<1', actual: 2, passed: false }];
const requests = (sent: number, completed: number, failed: number): RunReport['requests'] => ({
  sent,
  completed,
  failed,
  ratePerSecond: completed,
});

describe('exitCode', () => {
  it.each<[string, number, Partial<RunReport>]>([
    ['a healthy run', 0, {}],
    ['thresholds that held', 0, { thresholds: [{ expression: 'errors<1', actual: 0, passed: true }] }],
    ['a crossed threshold', 99, { thresholds: crossed }],
    ['no connection', 1, { connections: { ...healthy.connections, established: 0 }, thresholds: crossed }],
    ['no reply', 1, { requests: requests(10, 0, 10), errors: { MCC_ERR_REPLY_TIMEOUT: 10 } }],
    ['no reply and no error yet', 1, { requests: requests(10, 0, 0) }],
    ['only wrong statuses', 1, { requests: requests(10, 10, 10), errors: { MCC_ERR_UNEXPECTED_STATUS: 10 } }],
    ['some wrong statuses', 0, { requests: requests(10, 10, 9), errors: { MCC_ERR_UNEXPECTED_STATUS: 9 } }],
    ['one good reply among time-outs', 0, { requests: requests(10, 1, 9), errors: { MCC_ERR_REPLY_TIMEOUT: 9 } }],
    ['idle connections', 0, { requests: requests(0, 0, 0) }],
    ['idle connections, some lost', 0, { requests: requests(0, 0, 0), errors: { MCC_ERR_CONNECTION_RESET: 3 } }],
    [
      'connections all lost before a request',
      1,
      {
        requests: requests(0, 0, 0),
        errors: { MCC_ERR_CONNECTION_RESET: 64 },
        connections: { ...healthy.connections, open: 0 },
      },
    ],
    ['a broken stack', 1, { run: { ...healthy.run, endedBy: 'error' } }],
  ])('after %s is %i', (_, code, overrides) => {
    expect(exitCode(sampleReport(overrides), undefined)).toBe(code);
  });

  it('says which signal ended the run, whatever else there is to say', () => {
    expect(exitCode(sampleReport({ thresholds: crossed }), 'SIGINT')).toBe(130);
    expect(exitCode(sampleReport({ requests: requests(1, 0, 0) }), 'SIGTERM')).toBe(143);
    expect(exitCode(sampleReport({ run: { ...healthy.run, endedBy: 'error' } }), 'SIGINT')).toBe(1);
  });
});
