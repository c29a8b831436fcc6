import { readFileSync, statSync } from 'node:fs';
import { refuse, refuseUnreadable } from './refuse.js';

/** Leaves room for the head: a message of a program holds 2^31 - 1 bytes. */
export const BODY_BYTES_MAX = 2 ** 30;

/** Reads `--http.body-file` whole. */
export function readBodyFile(path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > BODY_BYTES_MAX) refuse(`--http.body-file ${path} has ${size} bytes`, 'give a file of at most 1 GiB');
    return readFileSync(path);
  } catch (error) {
    return refuseUnreadable(`--http.body-file ${path}`, error);
  }
}

/** The bytes of a head, which ends with its empty line, and of the body after it. */
export function message(head: string, body: Uint8Array): Uint8Array {
  const headBytes = new TextEncoder().encode(head);
  const bytes = new Uint8Array(headBytes.length + body.length);
  bytes.set(headBytes);
  bytes.set(body, headBytes.length);
  return bytes;
}
