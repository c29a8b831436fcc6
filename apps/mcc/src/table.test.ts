import { expect, it } from 'vitest';
import { table } from './table.js';

it('aligns columns and leaves no blanks at the ends', () => {
  expect(
    table([
      ['a', 'bb', 'c'],
      ['aaa', 'b', ''],
      ['a', '', 'ccc'],
    ]),
  ).toBe('a    bb  c\naaa  b\na        ccc\n');
  expect(table([])).toBe('');
});
