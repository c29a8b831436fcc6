import { expect, test } from 'vitest';
import { readTally, skipLine, sumLine } from './tally.mjs';

test('what one phase writes the other side reads back', () => {
  const output = ['noise', skipLine('nginx', 'it is not there'), sumLine({ passed: 3, failed: 1, skipped: 1 }), ''];
  expect(readTally(output.join('\n'))).toEqual({
    passed: 3,
    failed: 1,
    skipped: 1,
    reasons: ['skipped: nginx: it is not there'],
  });
});

test('without skips the sum names none', () => {
  expect(sumLine({ passed: 3, failed: 0 })).toBe('3 passed, 0 failed');
});

test('a phase that broke has no sum', () => {
  expect(readTally('3 passed, 0 failed\nSegmentation fault')).toBeUndefined();
  expect(readTally('')).toBeUndefined();
});
