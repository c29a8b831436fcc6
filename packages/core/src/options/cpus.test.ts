import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allowedCpus, chooseCpus, parseCpuList } from './cpus.js';

describe('parseCpuList', () => {
  it.each([
    ['0', [0]],
    ['0,2-3', [0, 2, 3]],
    ['3, 1', [3, 1]],
    ['1-2,2', [1, 2]],
    ['', undefined],
    ['x', undefined],
    ['3-1', undefined],
    ['1,', undefined],
    ['-1', undefined],
    ['99999', undefined],
  ])('%s', (text, cpus) => expect(parseCpuList(text)).toEqual(cpus));
});

describe('allowedCpus', () => {
  it("reads the kernel's list", () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcc-cpus-'));
    writeFileSync(join(folder, 'status'), 'Name:\tnode\nCpus_allowed:\t5\nCpus_allowed_list:\t0,2\n');
    expect(allowedCpus(join(folder, 'status'))).toEqual([0, 2]);
    rmSync(folder, { recursive: true });
  });

  it('counts from 0 where there is none', () => expect(allowedCpus('/nowhere')[0]).toBe(0));
});

describe('chooseCpus', () => {
  const allowed = [0, 1, 4, 5];

  it('takes a client from the lowest up and a server from the highest down', () => {
    expect(chooseCpus(undefined, 2, 'client', allowed)).toEqual({ cpus: [0, 1] });
    expect(chooseCpus(undefined, 2, 'server', allowed)).toEqual({ cpus: [5, 4] });
    expect(allowed).toEqual([0, 1, 4, 5]);
  });

  it('takes those that were asked for, in their order', () => {
    expect(chooseCpus([4, 0, 1], 2, 'client', allowed)).toEqual({ cpus: [4, 0] });
  });

  it('lets workers float when there are too few cores, and warns', () => {
    expect(chooseCpus(undefined, 2, 'client', [3])).toEqual({
      warning: '2 workers share 1 core, so none is pinned and timing suffers',
    });
  });

  it('refuses cores that may not be used, and too few of them', () => {
    expect(() => chooseCpus([2], 1, 'client', allowed)).toThrow(
      '--cpus names core 2, but this process may only use 0,1,4,5',
    );
    expect(() => chooseCpus([0], 2, 'client', allowed)).toThrow(
      '--cpus names 1 for 2 workers (--smp): name a core for each',
    );
  });
});
