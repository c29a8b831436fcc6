import { describe, expect, it } from 'vitest';
import { parseReconnect } from './reconnect.js';

describe('parseReconnect', () => {
  it.each([
    ['never', 'never'],
    ['1s', { minNs: 1e9, maxNs: 1e9 }],
    ['100ms-1m', { minNs: 1e8, maxNs: 60e9 }],
  ])('reads %s', (text, policy) => {
    expect(parseReconnect(text)).toEqual(policy);
  });

  it.each(['', 'soon', '2s-1s', '1s-2s-3s'])('refuses "%s"', (text) => {
    expect(() => parseReconnect(text)).toThrow(`--raw.reconnect "${text}" is neither never nor a delay`);
  });
});
