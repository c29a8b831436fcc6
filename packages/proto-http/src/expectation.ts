import type { Http1Framing } from '@mcc/core';
import { refuse } from './refuse.js';

type StatusRange = readonly [from: number, to: number];

/** What the expectations are called in a sentence about what is wrong with them. */
export interface ExpectationFlags {
  readonly status: string;
  readonly sha256: string;
}

const FLAGS: ExpectationFlags = { status: '--http.expect-status', sha256: '--http.expect-sha256' };

/** Reads a list of status codes and inclusive ranges, separated by commas. */
export function parseStatusList(list: string, flag = FLAGS.status): readonly StatusRange[] {
  return list.split(',').map((item): StatusRange => {
    const match = /^\s*([1-9]\d\d)(?:-([1-9]\d\d))?\s*$/.exec(item);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match === null || from > to) {
      refuse(`${flag} "${list}" is not a list of status codes and ranges`, 'write it as in 200-299,404');
    }
    return [from, to];
  });
}

/** Reads a SHA-256 in hex. */
export function parseSha256(hex: string, flag = FLAGS.sha256): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(hex)) {
    refuse(`${flag} "${hex}" is not 64 hex digits`, 'give what sha256sum prints for the body');
  }
  return Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

/** How each response is read, and what it must say. */
export function responseFraming(
  method: string,
  expectStatus: string,
  expectSha256?: string,
  flags = FLAGS,
): Http1Framing {
  const head = method === 'HEAD';
  if (head && expectSha256 !== undefined) {
    refuse(`${flags.sha256} has no body to check with method HEAD`, 'use GET, or leave it out');
  }
  return {
    kind: 'http1',
    head,
    expectStatus: parseStatusList(expectStatus, flags.status),
    ...(expectSha256 === undefined ? {} : { expectSha256: parseSha256(expectSha256, flags.sha256) }),
  };
}
