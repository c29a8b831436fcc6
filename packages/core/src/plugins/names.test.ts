import { describe, expect, it } from 'vitest';
import { isPath, packageCandidates, packageToInstall } from './names.js';

describe('packageCandidates', () => {
  it.each([
    ['protocol', 'foo', ['@mcc/proto-foo', 'mcc-proto-foo', 'foo']],
    ['stack', 'foo', ['@mcc/stack-foo', 'mcc-stack-foo', 'foo']],
    ['reporter', '@me/foo', ['@me/mcc-reporter-foo', '@me/foo']],
    ['protocol', 'mcc-proto-foo', ['mcc-proto-foo']],
    ['protocol', '@me/mcc-proto-foo', ['@me/mcc-proto-foo']],
    ['protocol', '@mcc/proto-http', ['@mcc/mcc-proto-proto-http', '@mcc/proto-http']],
  ] as const)('%s %s', (kind, spec, names) => expect(packageCandidates(kind, spec)).toEqual(names));
});

describe('packageToInstall', () => {
  it.each([
    ['protocol', 'foo', 'mcc-proto-foo'],
    ['protocol', '@me/foo', '@me/mcc-proto-foo'],
    ['protocol', '@mcc/proto-foo', '@mcc/proto-foo'],
    ['reporter', 'mcc-reporter-foo', 'mcc-reporter-foo'],
  ] as const)('%s %s: npm install %s', (kind, spec, name) => expect(packageToInstall(kind, spec)).toBe(name));
});

it.each([
  ['./foo.js', true],
  ['../foo', true],
  ['/foo', true],
  ['.', true],
  ['file:///foo.js', true],
  ['foo', false],
  ['.foo', false],
  ['@me/foo', false],
])('isPath %s: %s', (spec, path) => expect(isPath(spec)).toBe(path));
