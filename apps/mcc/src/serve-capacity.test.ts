import { describe, expect, it } from 'vitest';
import { serveCapacity } from './serve-capacity.js';

const limits = (hard: string) =>
  `Limit           Soft Limit     Hard Limit     Units\nMax open files  1024           ${hard}          files\n`;
const CAPABLE = 'Name:\tnode\nCapEff:\t000001ffffffffff\n';
const INCAPABLE = 'Name:\tnode\nCapEff:\t000001fffeffffff\n';

function capacity(workers: number, status: string, hard: string, nrOpen = '1048576\n'): number {
  const files: Record<string, string> = {
    '/proc/self/status': status,
    '/proc/self/limits': limits(hard),
    '/proc/sys/fs/nr_open': nrOpen,
  };
  return serveCapacity(workers, (path) => files[path] ?? '');
}

describe('serveCapacity', () => {
  it('is what the hard limit of open files leaves', () => {
    expect(capacity(1, INCAPABLE, '20000')).toBe(20_000 - 288);
    expect(capacity(8, INCAPABLE, '20000')).toBe(20_000 - 512);
  });

  it('is what the system allows, for a process that may raise its limit', () => {
    expect(capacity(1, CAPABLE, '20000', '500000\n')).toBe(500_000 - 288);
  });

  it('has bounds', () => {
    expect(capacity(1, CAPABLE, '20000')).toBe(1_000_000);
    expect(capacity(1, INCAPABLE, 'unlimited')).toBe(1_000_000);
    expect(capacity(1, INCAPABLE, '64')).toBe(1);
    expect(serveCapacity(1, () => '')).toBe(1_000_000);
  });

  it('is read from the machine', () => {
    expect(serveCapacity(1)).toBeGreaterThan(0);
    expect(serveCapacity(1)).toBeLessThanOrEqual(1_000_000);
  });
});
