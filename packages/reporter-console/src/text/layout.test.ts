import { describe, expect, it } from 'vitest';
import { beside, hang, padLeft, padRight, widthOf, wrap } from './layout.js';

const RED_X = '\u001B[31mx\u001B[39m';

describe('layout', () => {
  it('counts columns, not bytes or control sequences', () => {
    expect(widthOf(`${RED_X} 45.6 µs`)).toBe(9);
    expect(padLeft(RED_X, 3)).toBe(`  ${RED_X}`);
    expect(padRight(RED_X, 3)).toBe(`${RED_X}  `);
  });

  it('wraps at spaces and lets a long word stand alone', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('a extraordinarily b', 5)).toEqual(['a', 'extraordinarily', 'b']);
  });

  it('hangs lines under the first', () => {
    expect(hang('! ', ['one', 'two'])).toEqual(['! one', '  two']);
  });

  it('puts blocks next to each other, whichever is higher', () => {
    expect(beside(['a', 'bbb'], ['1', '2', '3'], 2)).toEqual(['a    1', 'bbb  2', '     3']);
    expect(beside(['a', 'b'], ['1'], 1)).toEqual(['a 1', 'b']);
  });
});
