import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageBytes } from './payload.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcc-raw-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function textOf(payload: string | undefined, length?: number) {
  return Buffer.from(messageBytes(payload, length)).toString('latin1');
}

describe('messageBytes', () => {
  it('is 64 bytes of text when nothing is given', () => {
    expect(textOf(undefined)).toMatch(/^[A-Za-z0-9+/]{64}$/);
    expect(textOf(undefined, 65)).toMatch(/^A.{63}A$/);
    expect(textOf(undefined, 1)).toBe('A');
  });

  it.each([
    ['PING', undefined, 'PING'],
    ['PING', 2, 'PI'],
    ['PING', 10, 'PINGPINGPI'],
    ['hex:0d0A', undefined, '\r\n'],
    ['hex: 00 ff', 3, '\0\xff\0'],
    ['ä', undefined, '\xc3\xa4'],
    ['{"a":"\\n"}', undefined, '{"a":"\\n"}'],
    ['a@b', undefined, 'a@b'],
  ])('makes of %j with length %j', (payload, length, expected) => {
    expect(textOf(payload, length)).toBe(expected);
  });

  it('takes a file as it is', () => {
    const file = join(directory, 'payload.bin');
    writeFileSync(file, Buffer.from([0, 1, 254, 255]));
    expect(textOf(`@${file}`)).toBe('\0\x01\xfe\xff');
    expect(textOf(`@${file}`, 6)).toBe('\0\x01\xfe\xff\0\x01');
  });

  it('repeats or cuts any payload to any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.integer({ min: 1, max: 5000 }), (pattern, length) => {
        const bytes = messageBytes(`hex:${Buffer.from(pattern).toString('hex')}`, length);
        expect(bytes).toHaveLength(length);
        expect(bytes.every((byte, at) => byte === pattern[at % pattern.length])).toBe(true);
      }),
    );
  });

  it.each([
    ['', '--raw.payload is empty; give at least one byte, or leave it out'],
    ['hex:', '--raw.payload is empty'],
    ['hex:0', '--raw.payload "hex:0" is not in hex; give two hex digits for each byte, as in hex:0d0a'],
    ['hex:0x0d', 'is not in hex'],
    ['hex:0d 0', 'is not in hex'],
    ['@/nonexistent', '--raw.payload @/nonexistent: there is no such file; check the path'],
    ['@/', '--raw.payload @/: it is a folder; give a file'],
    ['@', '--raw.payload @: there is no such file'],
  ])('refuses %j', (payload, sentence) => {
    expect(() => messageBytes(payload, 10)).toThrow(sentence);
    expect(() => messageBytes(payload, 10)).toThrow(expect.objectContaining({ code: 'MCC_ERR_USAGE' }));
  });

  it('refuses a file that no message can hold, without reading it', () => {
    const file = join(directory, 'huge');
    writeFileSync(file, '');
    // Sparse: takes no space.
    truncateSync(file, 2 ** 31);
    expect(() => messageBytes(`@${file}`, undefined)).toThrow('has more than 2147483647 bytes; give a smaller file');
  });
});
