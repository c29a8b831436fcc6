import { describe, expect, it } from 'vitest';
import { ensureFiles, raiseCommand } from './files.js';

const read = (name: string) => (name === 'fs.nr_open' ? '1048576' : undefined);

describe('ensureFiles', () => {
  it('asks for the connections and what the process has open besides', () => {
    const asked: number[] = [];
    ensureFiles(
      { connections: 1000, workers: 2 },
      (wanted) => (asked.push(wanted), { soft: wanted, hard: wanted }),
      read,
    );
    expect(asked).toEqual([1000 + 64 + 2 * 16]);
  });

  it('says how many are missing, and what to type', () => {
    const limited = () => ({ soft: 20_000, hard: 20_000 });
    expect(() => ensureFiles({ connections: 200_000, workers: 1 }, limited, read)).toThrowError(
      expect.objectContaining({
        code: 'MCC_ERR_FILE_LIMIT',
        message: '200,000 connections need 200,080 open files, and this process may have 20,000: 180,080 are missing.',
        remedy: expect.stringContaining('sudo prlimit --pid $$ --nofile=200080:200080') as string,
      }),
    );
  });
});

it('raises the ceiling of the system first where it is lower', () => {
  expect(raiseCommand(1_048_576, read)).toBe('sudo prlimit --pid $$ --nofile=1048576:1048576');
  expect(raiseCommand(2_000_000, read)).toBe(
    'sudo sysctl -w fs.nr_open=2000000 && sudo prlimit --pid $$ --nofile=2000000:2000000',
  );
});
