import { expect, it } from 'vitest';
import { freeze } from './freeze.js';

it('freezes all the way down, and leaves what cannot be frozen', () => {
  const value = freeze({ a: [{ b: 1 }], bytes: new Uint8Array(2) });
  expect(Object.isFrozen(value)).toBe(true);
  expect(Object.isFrozen(value.a)).toBe(true);
  expect(Object.isFrozen(value.a[0])).toBe(true);
  value.bytes[0] = 7;
  expect(value.bytes[0]).toBe(7);
});

it('freezes what refers to itself', () => {
  const value: { self?: unknown } = {};
  value.self = value;
  expect(freeze(value).self).toBe(value);
});
