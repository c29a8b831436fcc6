import { expect, it } from 'vitest';
import { parseWan, wanNames } from './wan.js';

it('reads shares, round trips, bandwidths and losses', () => {
  expect(parseWan(['share=20%,rtt=80ms, bandwidth=10mbit,loss=0.5%', 'rtt=2s,share=.5'])).toEqual([
    {
      name: 'share=20%,rtt=80ms, bandwidth=10mbit,loss=0.5%',
      share: 0.2,
      rttNs: 80_000_000,
      bandwidth: 10_000_000,
      loss: 0.005,
    },
    { name: 'rtt=2s,share=.5', share: 0.5, rttNs: 2e9, bandwidth: 0, loss: 0 },
  ]);
  expect(parseWan(['share=1,rtt=0,bandwidth=.5Gbit'])).toMatchObject([{ bandwidth: 5e8 }]);
  expect(parseWan([])).toEqual([]);
});

it('names classes as they were given, and the rest near', () => {
  expect(wanNames(parseWan(['share=20%,rtt=80ms', 'rtt=2s,share=.5']))).toEqual([
    'share=20%,rtt=80ms',
    'rtt=2s,share=.5',
    'near',
  ]);
  expect(wanNames([])).toEqual([]);
});

it.each([
  ['', 'is none of share='],
  ['share=20%,delay=80ms', '"delay=80ms" is none of share='],
  ['toString=1', 'is none of'],
  ['share=1=2,rtt=1ms', '"share=1=2" is none of'],
  ['rtt=80ms', '"rtt=80ms" lacks its share, such as share=20%'],
  ['share=20%', '"share=20%" lacks its rtt, such as rtt=80ms'],
  ['share=120%,rtt=1ms', '"share=120%" is not a share from 0% to 100%'],
  ['share=1,rtt=3s', '"rtt=3s" is not a time of at most 2s, such as rtt=10ms'],
  ['share=1,rtt=1ms,loss=2', '"loss=2" is not a share'],
  ['share=1,rtt=1ms,bandwidth=10', '"bandwidth=10" is not a bandwidth from 1kbit to 100gbit'],
  ['share=1,rtt=1ms,bandwidth=0mbit', 'is not a bandwidth'],
  ['share=1,rtt=1ms,bandwidth=101gbit', 'is not a bandwidth'],
])('refuses "%s"', (text, message) => {
  expect(() => parseWan([text])).toThrow(message);
});

it('adds the shares up, as people do', () => {
  const classes = (...shares: string[]) => shares.map((share) => `share=${share},rtt=1ms`);
  // In binary these are more than 1.
  expect(parseWan(classes('70%', '10%', '20%'))).toHaveLength(3);
  expect(() => parseWan(classes('70%', '40%'))).toThrow(
    'the shares add up to 110%, which is more than all connections: lower them to 100% together',
  );
  expect(() => parseWan(classes(...Array.from({ length: 65 }, () => '1%')))).toThrow(
    '65 classes are too many: give at most 64',
  );
});
