import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSha256, parseStatusList, responseFraming } from './expectation.js';

describe('parseStatusList', () => {
  it.each([
    ['200-399', [[200, 399]]],
    ['204', [[204, 204]]],
    [
      '200-299,404',
      [
        [200, 299],
        [404, 404],
      ],
    ],
    [
      ' 200 , 500-599 ',
      [
        [200, 200],
        [500, 599],
      ],
    ],
  ])('reads %j', (list, ranges) => {
    expect(parseStatusList(list)).toEqual(ranges);
  });

  it.each(['', ',', '200,', '20', '2000', '099', '299-200', '200-', '2xx', '200 299', '-5'])('refuses %j', (list) => {
    expect(() => parseStatusList(list)).toThrow(
      `--http.expect-status "${list}" is not a list of status codes and ranges; write it as in 200-299,404`,
    );
  });

  it('reads back any list of ranges', () => {
    const code = fc.integer({ min: 100, max: 999 });
    const range = fc.tuple(code, code).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
    fc.assert(
      fc.property(fc.array(range, { minLength: 1 }), (ranges) => {
        expect(parseStatusList(ranges.map((pair) => pair.join('-')).join(','))).toEqual(ranges);
      }),
    );
  });
});

describe('parseSha256', () => {
  it('reads what sha256sum prints, in either case', () => {
    const hash = createHash('sha256').update('body');
    const hex = hash.copy().digest('hex');
    const bytes = new Uint8Array(hash.digest());
    expect(parseSha256(hex)).toEqual(bytes);
    expect(parseSha256(hex.toUpperCase())).toEqual(bytes);
  });

  it.each(['', 'ab', 'g'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), `${'a'.repeat(64)}\n`])('refuses %j', (hex) => {
    expect(() => parseSha256(hex)).toThrow('is not 64 hex digits; give what sha256sum prints for the body');
  });
});

describe('responseFraming', () => {
  it('says what the response to HEAD lacks', () => {
    expect(responseFraming('HEAD', '200')).toEqual({ kind: 'http1', head: true, expectStatus: [[200, 200]] });
    expect(() => responseFraming('HEAD', '200', 'a'.repeat(64))).toThrow(
      '--http.expect-sha256 has no body to check with method HEAD; use GET, or leave it out',
    );
  });

  it('carries the hash', () => {
    expect(responseFraming('GET', '200', '00'.repeat(32))).toEqual({
      kind: 'http1',
      head: false,
      expectStatus: [[200, 200]],
      expectSha256: new Uint8Array(32),
    });
  });
});
