import { describe, expect, it } from 'vitest';
import { optionsOf } from './options.fixture.js';
import { rawOptions } from './options.js';

describe('rawOptions', () => {
  it('has defaults that ask for nothing', () => {
    expect(optionsOf()).toEqual({ thinkTime: 0, burst: 1, requestRatio: 1, priorityLevel: 1 });
  });

  it('reads every option of the original', () => {
    const given = { length: '1k', epoch: '1', burst: '1k', requestRatio: '0.2', priorityLevel: '3', thinkTime: '5ms' };
    expect(optionsOf(given)).toEqual({
      length: 1024,
      epoch: 1e9,
      burst: 1000,
      requestRatio: 0.2,
      priorityLevel: 3,
      thinkTime: 5e6,
    });
  });

  it.each([
    [{ length: 0 }, 'is too small'],
    [{ length: 2 ** 31 }, 'is too large'],
    [{ heartbeat: '0' }, 'is too small'],
    [{ requestRatio: '0' }, '"0" is not a share'],
    [{ requestRatio: 1.5 }, '"1.5" is not a share'],
    [{ requestRatio: 'all' }, '"all" is not a share'],
  ])('refuses %j', (given, sentence) => {
    expect(rawOptions.safeParse(given).error?.issues[0]?.message).toContain(sentence);
  });
});
