// Requests a second on connections that are kept: 10,000 of them over memif, replies of one byte, one core an end.
import { test } from 'vitest';
import { memifContest } from './lib/memif-contest.js';

test('keep-alive requests over memif', { timeout: 3_600_000 }, async () => {
  await memifContest('keep-alive HTTP over memif, 10,000 connections: requests', 'keepalive', {
    client: ['-c', '10000'],
    server: ['-c', '20000'],
  });
});
