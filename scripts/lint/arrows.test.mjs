import { describe, expect, test } from 'vitest';
import { judgeInclude, judgeNamed, judgeRelative } from './arrows.mjs';
import { packages } from './packages.mjs';

const all = packages();
const home = (name) => all.find((candidate) => candidate.name === name);

describe('arrows point inwards', () => {
  test.each([
    ['@mcc/proto-http', '@mcc/core'],
    ['@mcc/stack-kernel', '@mcc/engine'],
    ['@mcc/cli', '@mcc/proto-http'],
    ['@mcc/http-loader', '@mcc/cli'],
    ['mcc-proto-ping', '@mcc/core'],
    ['@mcc/core', 'zod'],
  ])('%s may import %s', (from, to) => {
    expect(judgeNamed(to, home(from), all)).toBeUndefined();
  });

  test.each([
    ['@mcc/core', '@mcc/proto-http', 'may not import'],
    ['@mcc/core', '@mcc/cli', 'may not import'],
    ['@mcc/proto-http', '@mcc/proto-raw', 'may not import'],
    ['@mcc/proto-http', '@mcc/engine', 'may not import'],
    ['@mcc/reporter-json', '@mcc/cli', 'may not import'],
    ['@mcc/cli', '@mcc/http-loader', 'may not import'],
    ['@mcc/stack-kernel', '@mcc/proto-http', 'may not import'],
    ['mcc-proto-ping', '@mcc/proto-raw', 'may not import'],
    ['@mcc/cli', '@mcc/core/src/errors.js', 'does not export'],
  ])('%s may not import %s', (from, to, why) => {
    expect(judgeNamed(to, home(from), all)).toContain(why);
  });

  test('nobody climbs into another package', () => {
    const from = 'packages/proto-http/src/client.ts';
    expect(judgeRelative(from, '../../core/src/errors.js', home('@mcc/proto-http'))).toContain('leaves');
    expect(judgeRelative('tests/boot.test.ts', '../packages/core/src/errors.js', undefined)).toContain('reaches into');
    expect(judgeRelative(from, './options.js', home('@mcc/proto-http'))).toBeUndefined();
  });

  test('the engine knows no stack', () => {
    expect(judgeInclude('packages/engine/include/mcc/clock.hpp', 'liburing.h')).toContain('may not include');
    expect(judgeInclude('packages/engine/include/mcc/clock.hpp', 'mcc/error.hpp')).toBeUndefined();
  });
});
