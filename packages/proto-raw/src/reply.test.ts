import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnswer, parseReplyFraming } from './reply.js';

const prefixed = { kind: 'length-prefixed' };

describe('parseReplyFraming', () => {
  it.each([
    ['any', { kind: 'any' }],
    ['none', { kind: 'none' }],
    ['fixed:64', { kind: 'fixed', bytes: 64 }],
    ['fixed:4294967295', { kind: 'fixed', bytes: 4294967295 }],
    ['delimiter:END', { kind: 'delimiter', bytes: new TextEncoder().encode('END') }],
    ['delimiter::', { kind: 'delimiter', bytes: new TextEncoder().encode(':') }],
    ['delimiter:hex:0d0a', { kind: 'delimiter', bytes: new Uint8Array([13, 10]) }],
    ['length-prefixed:0,4', { ...prefixed, offset: 0, width: 4 }],
    ['length-prefixed:4,2,-6', { ...prefixed, offset: 4, width: 2, adjust: -6 }],
    ['length-prefixed:0,8,+2,le', { ...prefixed, offset: 0, width: 8, adjust: 2, endian: 'little' }],
    ['length-prefixed:2,3,le', { ...prefixed, offset: 2, width: 3, endian: 'little' }],
    ['length-prefixed:2,1,be', { ...prefixed, offset: 2, width: 1, endian: 'big' }],
    ['length-prefixed:varint', { ...prefixed, offset: 0, width: 'varint' }],
    ['length-prefixed:1,varint', { ...prefixed, offset: 1, width: 'varint' }],
    ['length-prefixed:varint,3', { ...prefixed, offset: 0, width: 'varint', adjust: 3 }],
  ])('reads %s', (reply, framing) => {
    expect(parseReplyFraming(reply)).toEqual(framing);
  });

  it.each([
    ['', 'is not a reply framing; use any, none, fixed:N'],
    ['some', '--raw.reply "some" is not a reply framing'],
    ['any:1', 'is not a reply framing'],
    ['none:', 'is not a reply framing'],
    ['echo', '--raw.reply echo is what mcc serve answers; use any or fixed:N to read an echo'],
    ['fixed', 'has no length from 1 to 4294967295; write it as in fixed:64'],
    ['fixed:0', 'has no length from 1'],
    ['fixed:-1', 'has no length from 1'],
    ['fixed:4294967296', 'has no length from 1'],
    ['delimiter', 'is not a delimiter of 1 to 16 bytes; write it as in delimiter:END or delimiter:hex:0d0a'],
    ['delimiter:', 'is not a delimiter'],
    ['delimiter:hex:', 'is not a delimiter'],
    ['delimiter:hex:0', 'is not a delimiter'],
    ['delimiter:12345678901234567', 'is not a delimiter'],
    ['length-prefixed', 'does not say where the length is; write it as OFFSET,WIDTH[,ADJUST][,le]'],
    ['length-prefixed:0', 'does not say where the length is'],
    ['length-prefixed:0,5', 'does not say where the length is'],
    ['length-prefixed:-1,4', 'does not say where the length is'],
    ['length-prefixed:0,4,le,2', 'does not say where the length is'],
    ['length-prefixed:0,varint,le', 'does not say where the length is'],
    ['length-prefixed:varints', 'does not say where the length is'],
  ])('refuses %j', (reply, sentence) => {
    expect(() => parseReplyFraming(reply)).toThrow(sentence);
    expect(() => parseReplyFraming(reply)).toThrow(expect.objectContaining({ code: 'MCC_ERR_USAGE' }));
  });

  it('reads any delimiter back from hex', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 16 }), (bytes) => {
        const reply = `delimiter:hex:${Buffer.from(bytes).toString('hex')}`;
        expect(parseReplyFraming(reply)).toEqual({ kind: 'delimiter', bytes });
      }),
    );
  });

  it('makes a framing of anything, or refuses it', () => {
    const kinds = fc.constantFrom('any', 'none', 'fixed:', 'delimiter:', 'delimiter:hex:', 'length-prefixed:', '');
    fc.assert(
      fc.property(kinds, fc.string({ unit: fc.constantFrom(...'0123,-levarint:') }), (kind, rest) => {
        try {
          expect(parseReplyFraming(kind + rest).kind).not.toBe('');
        } catch (error) {
          expect(error).toMatchObject({ code: 'MCC_ERR_USAGE' });
        }
      }),
    );
  });
});

describe('parseAnswer', () => {
  it.each([
    ['echo', { kind: 'echo' }],
    ['none', { kind: 'none' }],
    ['fixed:1000', { kind: 'fixed', bytes: 1000 }],
  ])('reads %s', (reply, answer) => {
    expect(parseAnswer(reply, 1000)).toEqual(answer);
  });

  it.each([
    ['any', '--raw.reply "any" is not something to answer; use echo, none or fixed:N'],
    ['echo:1', 'is not something to answer'],
    ['delimiter:END', 'is not something to answer'],
    ['fixed:1001', 'has no length from 1 to 1000'],
  ])('refuses %s', (reply, sentence) => {
    expect(() => parseAnswer(reply, 1000)).toThrow(sentence);
  });
});
