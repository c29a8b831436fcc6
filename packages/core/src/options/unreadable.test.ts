import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isSystemError, unreadable } from './unreadable.js';

it.each([
  ['ENOENT', '--config a.yaml: there is no such file; check the path'],
  ['EACCES', '--config a.yaml: it may not be read; check its permissions'],
  ['EISDIR', '--config a.yaml: it is a folder; give a file'],
  ['EIO', '--config a.yaml: it cannot be read (EIO); give another'],
])('%s', (code, sentence) => {
  const error = Object.assign(new Error(`${code}: as the system has it`), { code, syscall: 'open' });
  expect(unreadable('--config a.yaml', error)).toMatchObject({
    message: sentence,
    code: 'MCC_ERR_USAGE',
    cause: error,
  });
});

it('knows what comes from the system', () => {
  let found: unknown;
  try {
    readFileSync('/nonexistent/file');
  } catch (error) {
    found = error;
  }
  expect(isSystemError(found)).toBe(true);
  expect(isSystemError(new TypeError('no'))).toBe(false);
});
