import type { Framing } from '@mcc/core';
import { parseHex } from './bytes.js';
import { refuse } from './refuse.js';

const REPLY_BYTES_MAX = 2 ** 32 - 1;
const DELIMITER_BYTES_MAX = 16;
const CLIENT_FORMS = 'any, none, fixed:N, delimiter:TEXT, delimiter:hex:…, length-prefixed:OFFSET,WIDTH[,ADJUST][,le]';
const SERVER_FORMS = 'echo, none or fixed:N';

/** What `--raw.reply` means to the connecting side: where a reply ends. */
export function parseReplyFraming(reply: string): Framing {
  const [kind, argument] = cutAtColon(reply);
  switch (kind) {
    case 'any':
    case 'none':
      if (argument === undefined) return { kind };
      break;
    case 'fixed':
      return { kind, bytes: parseFixed(reply, argument, REPLY_BYTES_MAX) };
    case 'delimiter':
      return { kind, bytes: parseDelimiter(reply, argument ?? '') };
    case 'length-prefixed':
      return parseLengthPrefixed(reply, argument ?? '');
    case 'echo':
      return refuse(`--raw.reply ${reply} is what mcc serve answers`, 'use any or fixed:N to read an echo');
  }
  return refuse(`--raw.reply "${reply}" is not a reply framing`, `use ${CLIENT_FORMS}`);
}

/** What the accepting side answers: every byte back, nothing, or a message of so many bytes for each that arrives. */
export type Answer =
  { readonly kind: 'echo' } | { readonly kind: 'none' } | { readonly kind: 'fixed'; readonly bytes: number };

/** What `--raw.reply` means to the accepting side. `bytesMax`: the longest message that it can send. */
export function parseAnswer(reply: string, bytesMax: number): Answer {
  const [kind, argument] = cutAtColon(reply);
  if ((kind === 'echo' || kind === 'none') && argument === undefined) return { kind };
  if (kind === 'fixed') return { kind, bytes: parseFixed(reply, argument, bytesMax) };
  return refuse(`--raw.reply "${reply}" is not something to answer`, `use ${SERVER_FORMS}`);
}

function cutAtColon(text: string): readonly [head: string, tail: string | undefined] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

function parseFixed(reply: string, argument: string | undefined, max: number): number {
  const bytes = /^\d+$/.test(argument ?? '') ? Number(argument) : Number.NaN;
  if (bytes >= 1 && bytes <= max) return bytes;
  return refuse(`--raw.reply "${reply}" has no length from 1 to ${max}`, 'write it as in fixed:64');
}

function parseDelimiter(reply: string, argument: string): Uint8Array {
  const bytes = argument.startsWith('hex:')
    ? parseHex(argument.slice('hex:'.length))
    : new TextEncoder().encode(argument);
  if (bytes !== undefined && bytes.length >= 1 && bytes.length <= DELIMITER_BYTES_MAX) return bytes;
  return refuse(
    `--raw.reply "${reply}" is not a delimiter of 1 to ${DELIMITER_BYTES_MAX} bytes`,
    'write it as in delimiter:END or delimiter:hex:0d0a',
  );
}

/** OFFSET,WIDTH[,ADJUST][,le|be]; `varint` alone stands for 0,varint. */
function parseLengthPrefixed(reply: string, argument: string): Framing {
  const full = argument.replace(/^varint\b/, '0,varint');
  const match = /^(\d{1,9}),(?:([12348])|varint)(?:,([+-]?\d{1,9}))?(?:,(le|be))?$/.exec(full);
  // A varint has an order of its own.
  if (match === null || (match[2] === undefined && match[4] !== undefined)) {
    refuse(
      `--raw.reply "${reply}" does not say where the length is`,
      'write it as OFFSET,WIDTH[,ADJUST][,le] with a WIDTH of 1, 2, 3, 4, 8 or varint, as in length-prefixed:0,4',
    );
  }
  const [, offset, width, adjust, endian] = match;
  return {
    kind: 'length-prefixed',
    offset: Number(offset),
    width: width === undefined ? 'varint' : (Number(width) as 1 | 2 | 3 | 4 | 8),
    ...(endian !== undefined && { endian: endian === 'le' ? ('little' as const) : ('big' as const) }),
    ...(adjust !== undefined && { adjust: Number(adjust) }),
  };
}
