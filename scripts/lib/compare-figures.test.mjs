import { expect, test } from 'vitest';
import { compare } from './compare-figures.mjs';

const table = (median, name = 'mcc') => ({ title: 'keep-alive', unit: '1/s', figures: [{ name, median }] });

test('each median is set against its own of the baseline', () => {
  expect(compare([table(1000)], [table(1500)])).toBe(
    'Against the baseline:\n  1.50 x  keep-alive: mcc (1,000 → 1,500 1/s)',
  );
});

test('a figure that the baseline lacks is left out', () => {
  expect(compare([table(1000)], [table(1500, 'new')])).toContain('it has none of these figures');
});
