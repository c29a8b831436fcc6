import { expect, it } from 'vitest';
import { parseFaults } from './faults.js';

it('reads shares and times', () => {
  expect(parseFaults('drop=1%,dup=0.5%, reorder=.02,corrupt=100%,delay=10ms,jitter=500us')).toEqual({
    drop: 0.01,
    duplicate: 0.005,
    reorder: 0.02,
    corrupt: 1,
    delayNs: 10_000_000,
    jitterNs: 500_000,
  });
  expect(parseFaults('drop=5%')).toMatchObject({ drop: 0.05, duplicate: 0, delayNs: 0 });
});

it.each([
  ['', 'is none of drop='],
  ['lose=1%', '"lose=1%" is none of drop='],
  ['drop=101%', 'is not a share from 0% to 100%'],
  ['drop=5', 'is not a share'],
  ['drop=-1%', 'is not a share'],
  ['drop=1%=2', 'is none of'],
  ['delay=fast', 'is not a time'],
  ['delay=11s', 'is not a time of at most 10s'],
  ['toString=1%', 'is none of'],
])('refuses "%s"', (text, message) => {
  expect(() => parseFaults(text)).toThrow(message);
});
