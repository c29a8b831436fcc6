import { describe, expect, test } from 'vitest';
import { affordable, picture } from './million.mjs';

const GIB = 2 ** 30;

describe('affordable', () => {
  test.each([
    [24 * GIB, 1_000_000],
    [4 * GIB, 1_000_000],
    [2 * GIB, 500_000],
    [GIB / 2, 100_000],
    [GIB / 8, 30_000],
    [0, 1000],
  ])('%d bytes: %d connections', (bytes, connections) => {
    expect(affordable(bytes)).toBe(connections);
  });
});

test('the picture shows what was held at the least', () => {
  const text = picture({
    connections: { peak: 1_000_000, open: 999_000 },
    intervals: [{ connectionsOpen: 1_000_000 }, { connectionsOpen: 998_000 }],
    stack: { bytesPerConnection: 128 },
    process: { maxRssBytes: 800 * 2 ** 20 },
    run: { durationSeconds: 5.01 },
  });
  expect(text.match(/▪/g)).toHaveLength(999 + 1);
  expect(text).toContain('998,000 connections held for 5 s, one ▪ for 1,000 of them');
  expect(text).toContain('800 MB of memory: 128 bytes a connection');
});
