// Connections a second over memif: connect, request, reply, close, one core an end.
import { test } from 'vitest';
import { memifContest } from './lib/memif-contest.js';

test('a connection for each request over memif', { timeout: 3_600_000 }, async () => {
  await memifContest('a connection for each request over memif: connections', 'churn', {
    client: ['-c', '1000', '--http.keepalive', 'false'],
    server: ['-c', '200000', '--mtcp.time-wait', '1s'],
  });
});
