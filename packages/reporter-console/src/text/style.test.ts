import { describe, expect, it } from 'vitest';
import { styleFor, wantsColor } from './style.js';

describe('wantsColor', () => {
  it.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', true, { TERM: 'dumb' }, false],
    ['auto', false, { FORCE_COLOR: '' }, true],
    ['auto', true, { FORCE_COLOR: '0' }, false],
    ['auto', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, { FORCE_COLOR: '1' }, false],
  ] as const)('%s, terminal %s, %o: %s', (mode, isTerminal, env, wanted) => {
    expect(wantsColor(mode, isTerminal, env)).toBe(wanted);
  });
});

describe('styleFor', () => {
  it('marks text, or leaves it alone', () => {
    expect(styleFor(true).bad('x')).toBe('\u001B[31mx\u001B[39m');
    expect(styleFor(true).faint('')).toBe('');
    expect(styleFor(false).bad('x')).toBe('x');
  });
});
