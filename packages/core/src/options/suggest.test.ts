import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, nearest, suggest } from './suggest.js';

describe('suggest', () => {
  it.each([
    ['durration', 'duration'],
    ['con', 'conn'],
    ['htpt', 'http'],
    ['Timeout', 'timeout'],
    ['connect-timout', 'connect-timeout'],
    ['connections', 'conn'],
    ['conections', 'conn'],
  ])('%s was meant to be %s', (word, meant) => {
    expect(suggest(word, ['duration', 'conn', 'http', 'timeout', 'connect-timeout'])).toBe(meant);
  });

  it('does not suggest what is far', () => {
    expect(suggest('banana', ['duration', 'conn'])).toBeUndefined();
    expect(suggest('', ['duration'])).toBeUndefined();
    expect(suggest('http.frobnicate', ['http.path'])).toBeUndefined();
    expect(suggest('http.headings', ['http.header', 'http.path'])).toBe('http.header');
  });

  it('ends a sentence', () => {
    expect(didYouMean('con', ['conn'], '--')).toBe(', did you mean --conn?');
    expect(didYouMean('banana', ['conn'])).toBe('');
  });
});

describe('nearest', () => {
  const names = ['latency.p50', 'latency.p90', 'latency.p95', 'latency.p99', 'latency.max', 'errors'];

  it.each([
    ['latency.p98', ['latency.p90', 'latency.p95', 'latency.p99']],
    ['latenzy.p50', ['latency.p50']],
    ['Errors', ['errors']],
    ['banana', []],
  ])('%s: %j', (word, meant) => expect(nearest(word, names)).toEqual(meant));
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['abcd', 'abdc', 1],
  ])('%s to %s is %d', (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

  it('is symmetric, 0 only for equals, and at most the longer length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
