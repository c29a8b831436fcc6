import { describe, expect, it } from 'vitest';
import { ensureFiles, raiseCommand, tableSize } from './files.js';

const read = (name: string) => (name === 'fs.nr_open' ? '1048576' : undefined);
const limited = (files: number, direct: boolean) => ({
  raiseFileLimit: () => ({ soft: files, hard: files }),
  hasDirectDescriptors: () => direct,
});
const run = (connections: number, workers = 1, io = 'auto') => ({ connections, workers, options: { io } });

describe('ensureFiles', () => {
  it('asks for the connections and what the process has open besides', () => {
    const asked: number[] = [];
    const raiseFileLimit = (wanted: number) => (asked.push(wanted), { soft: wanted, hard: wanted });
    ensureFiles(run(1000, 2), { raiseFileLimit, hasDirectDescriptors: () => false }, read);
    expect(asked).toEqual([1000 + 64 + 2 * 16]);
  });

  it('says how many are missing, and what to type', () => {
    const refusal = expect.objectContaining({
      code: 'MCC_ERR_FILE_LIMIT',
      message: '200,000 connections need 200,080 open files, and this process may have 20,000: 180,080 are missing.',
      remedy: expect.stringContaining('sudo prlimit --pid $$ --nofile=200080:200080') as string,
    }) as unknown;
    expect(() => ensureFiles(run(200_000), limited(20_000, false), read)).toThrowError(refusal);
    expect(() => ensureFiles(run(200_000, 1, 'epoll'), limited(20_000, true), read)).toThrowError(refusal);
  });

  it('is content with direct descriptors, as long as the rings that hold them can be opened', () => {
    expect(() => ensureFiles(run(200_000), limited(20_000, true), read)).not.toThrow();
    expect(() => ensureFiles(run(64 * 15), limited(64, true), read)).not.toThrow();
    expect(() => ensureFiles(run(64 * 15 + 1), limited(64, true), read)).toThrowError(/open files/);
    expect(() => ensureFiles(run(64 * 15, 2), limited(64, true), read)).toThrowError(/open files/);
  });
});

describe('tableSize', () => {
  const limit = (soft: number) => ({ soft, hard: soft });

  it('is 0 where descriptors suffice, and over epoll', () => {
    expect(tableSize(run(1000), limit(1080))).toBe(0);
    expect(tableSize(run(200_000, 1, 'epoll'), limit(20_000))).toBe(0);
  });

  it('is what a table may hold, within reason', () => {
    expect(tableSize(run(1000), limit(1079))).toBe(1079);
    expect(tableSize(run(1_000_000), limit(500_000))).toBe(32_768);
  });
});

it('raises the ceiling of the system first where it is lower', () => {
  expect(raiseCommand(1_048_576, read)).toBe('sudo prlimit --pid $$ --nofile=1048576:1048576');
  expect(raiseCommand(2_000_000, read)).toBe(
    'sudo sysctl -w fs.nr_open=2000000 && sudo prlimit --pid $$ --nofile=2000000:2000000',
  );
});
