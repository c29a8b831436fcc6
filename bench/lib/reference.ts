// A reference generator to compare with, where there is one: a program of the user's, named by MCC_BENCH_REFERENCE (or
// `npm run bench -- --reference PATH`), which plays either end of a memif:
//
//   PATH serve keepalive|churn SOCKET CORE SECONDS     memif's server: prints `ready`, and answers for that long or
//                                                      until it is ended by SIGTERM
//   PATH run keepalive|churn SOCKET CORE SECONDS       memif's client; at its end prints a line `N per second`
//
// The server speaks from 198.18.0.2 and listens on the ports 80 to 83; the client from 198.18.0.1 and 198.18.0.100 to
// 198.18.0.149. `keepalive` is 10,000 connections with request after request on each, `churn` a connection for each.
import { start, type Running } from '../../tests/harness/process.js';

export type Kind = 'keepalive' | 'churn';

export const SERVER_ADDRESS = '198.18.0.2';
export const SERVER_PORTS = [80, 81, 82, 83];
export const CLIENT_ADDRESS = '198.18.0.1';
export const CLIENT_SOURCES = '198.18.0.100-198.18.0.149';

/** The program, or undefined. */
export const reference = process.env['MCC_BENCH_REFERENCE'];

export function startReference(
  role: 'serve' | 'run',
  kind: Kind,
  at: { socket: string; core: number; seconds: number },
): Running {
  const words = [reference ?? '', role, kind, at.socket, `${at.core}`, `${at.seconds}`];
  return start(words, { boundMs: (at.seconds + 60) * 1000 });
}

/** What a client of it printed. */
export function ratePerSecond(stdout: string): number {
  const rate = /^([\d.]+) per second$/m.exec(stdout)?.[1];
  if (rate === undefined) throw new Error(`the reference printed no rate:\n${stdout}`);
  return Number(rate);
}
