import { readFileSync, statSync } from 'node:fs';
import { isSystemError, unreadable } from '@mcc/core';
import { parseHex } from './bytes.js';
import { MESSAGE_BYTES_MAX } from './options.js';
import { refuse } from './refuse.js';

const DEFAULT_PAYLOAD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const DEFAULT_LENGTH = 64;

/** A message: `payload` repeated or cut to `length` bytes; without a length the payload as it is, or 64 bytes. */
export function messageBytes(payload: string | undefined, length: number | undefined): Uint8Array {
  const pattern = parsePayload(payload ?? DEFAULT_PAYLOAD);
  if (pattern.length === 0) refuse('--raw.payload is empty', 'give at least one byte, or leave it out');
  const bytes = length ?? (payload === undefined ? DEFAULT_LENGTH : pattern.length);
  return bytes === pattern.length ? pattern : Buffer.alloc(bytes, pattern);
}

/** Reads `--raw.payload`: `hex:…`, `@FILE`, or text as it stands. */
function parsePayload(payload: string): Uint8Array {
  if (payload.startsWith('hex:')) {
    return (
      parseHex(payload.slice('hex:'.length)) ??
      refuse(`--raw.payload "${payload}" is not in hex`, 'give two hex digits for each byte, as in hex:0d0a')
    );
  }
  if (payload.startsWith('@')) return readPayloadFile(payload.slice(1));
  return new TextEncoder().encode(payload);
}

function readPayloadFile(path: string): Uint8Array {
  try {
    if (statSync(path).size > MESSAGE_BYTES_MAX) {
      refuse(`--raw.payload @${path} has more than ${MESSAGE_BYTES_MAX} bytes`, 'give a smaller file');
    }
    return readFileSync(path);
  } catch (error) {
    throw isSystemError(error) ? unreadable(`--raw.payload @${path}`, error) : error;
  }
}
