import type { ServeRequest, Snapshot } from '@mcc/core';
import { expect, it } from 'vitest';
import { renderListening, renderTotals } from './serve.js';

const request = { smp: 2, stack: { plugin: { name: 'lab' } }, protocol: { plugin: { name: 'web' } } } as ServeRequest;

it('says where it listens, first of all', () => {
  const endpoints = [
    { address: '127.0.0.1', port: 8080 },
    { address: '::1', port: 81 },
  ];
  expect(renderListening(request, endpoints)).toBe('listening on 127.0.0.1:8080 [::1]:81 (web on lab, 2 workers)\n');
  expect(renderListening({ ...request, smp: 1 }, endpoints.slice(0, 1))).toBe(
    'listening on 127.0.0.1:8080 (web on lab, 1 worker)\n',
  );
});

it('says what it did, at the end', () => {
  const counters = {
    established: 9,
    peak: 5,
    requestsCompleted: 100,
    requestsFailed: 1,
    bytesReceived: 7,
    bytesSent: 8,
  };
  const totals = { counters, errors: { MCC_ERR_BAD_REPLY: 1 } } as unknown as Snapshot;
  expect(renderTotals(totals)).toBe(
    [
      'connections        9 accepted, 5 at one time',
      'requests           100 answered, 1 failed',
      'bytes              7 received, 8 sent',
      'MCC_ERR_BAD_REPLY  1',
      '',
    ].join('\n'),
  );
});
