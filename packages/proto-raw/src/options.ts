import { isDeepStrictEqual } from 'node:util';
import { count, duration, size, text, z } from '@mcc/core';
import { refuse } from './refuse.js';

/** The most that a message of a program holds. */
export const MESSAGE_BYTES_MAX = 2 ** 31 - 1;

/** A number above 0 and up to 1. */
function share() {
  return text()
    .transform((input, context) => {
      const value = Number(input);
      if (value > 0 && value <= 1) return value;
      const message = `"${input}" is not a share: use a number above 0 and up to 1, such as 0.2`;
      context.addIssue({ code: 'custom', input, message });
      return z.NEVER;
    })
    .meta({ placeholder: 'SHARE' });
}

/** Shapes only; what the values mean, and which go together, is checked where the programs are made. */
export const rawOptions = z.object({
  length: size({ min: 1, max: MESSAGE_BYTES_MAX })
    .optional()
    .describe('length of a message; default: that of --raw.payload, or 64')
    .meta({ alias: 'l' }),
  payload: text()
    .optional()
    .describe('what a message says, repeated or cut to its length: text, hex:… or @FILE')
    .meta({ placeholder: 'PAYLOAD' }),
  reply: text()
    .optional()
    .describe(
      'run: what ends a reply: any (default), none, fixed:N, delimiter:TEXT, delimiter:hex:…, ' +
        'length-prefixed:OFFSET,WIDTH[,ADJUST][,le] (WIDTH 1, 2, 3, 4, 8 or varint) or length-prefixed:varint; ' +
        'serve: what is answered: echo (default), none or fixed:N',
    )
    .meta({ placeholder: 'REPLY' }),
  thinkTime: duration()
    .prefault(0)
    .describe('pause of a connection between a reply and its next message')
    .meta({ alias: 't' }),
  heartbeat: duration({ min: 1 })
    .optional()
    .describe('send one message each TIME, the connections spread evenly over it'),
  epoch: duration({ min: 1 })
    .optional()
    .describe('each active connection sends once each TIME; not supported yet')
    .meta({ alias: 'e' }),
  burst: count({ min: 1 })
    .prefault(1)
    .describe('connections that send together in an epoch; not supported yet')
    .meta({ alias: 'b' }),
  requestRatio: share()
    .prefault(1)
    .describe('share of the connections that is active in an epoch; not supported yet')
    .meta({ alias: 'r' }),
  priorityLevel: count({ max: 7 })
    .prefault(0)
    .describe('class of the connections, 0 the lowest; not supported yet')
    .meta({ alias: 'p' }),
});

export type RawOptions = z.infer<typeof rawOptions>;

/** What no program runs yet, and what to use instead. */
const NOT_YET = {
  epoch: 'use --raw.heartbeat to send at a period',
  burst: 'leave it out: the sends of a heartbeat are spread evenly',
  requestRatio: 'leave it out and give fewer connections with --conn',
  priorityLevel: 'leave it out: all connections are of one class',
} as const satisfies Partial<Record<keyof RawOptions, string>>;

/** Refuses options that parse but have no effect, so that none is ignored in silence. */
export function refuseUnsupported(options: RawOptions): void {
  for (const [key, remedy] of Object.entries(NOT_YET)) {
    if (isGiven(options, key as keyof RawOptions)) refuse(`${flagOf(key)} is not supported yet`, remedy);
  }
}

/** Refuses options that only the connecting side can act on. */
export function refuseClientOptions(options: RawOptions): void {
  const stray = (['length', 'thinkTime', 'heartbeat'] as const).find((key) => isGiven(options, key));
  if (stray !== undefined) refuse(`${flagOf(stray)} has a meaning for mcc run only`, 'leave it out');
}

function isGiven(options: RawOptions, key: keyof RawOptions): boolean {
  return !isDeepStrictEqual(options[key], rawOptions.parse({})[key]);
}

function flagOf(key: string): string {
  return `--raw.${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
