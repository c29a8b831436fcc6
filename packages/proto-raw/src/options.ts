import { isDeepStrictEqual } from 'node:util';
import { count, duration, size, text, z } from '@mcc/core';

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
    .describe('length of a message, of a push too; default: that of --raw.payload, or 64')
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
        'push: send nothing, and time the messages of --raw.push-interval; ' +
        'serve: what is answered: echo (default), none or fixed:N',
    )
    .meta({ placeholder: 'REPLY' }),
  thinkTime: duration()
    .prefault(0)
    .describe('pause of a connection between a reply and its next message')
    .meta({ alias: 't', only: 'run' }),
  heartbeat: duration({ min: 1 })
    .optional()
    .describe('send one message each TIME, the connections spread evenly over it')
    .meta({ only: 'run' }),
  epoch: duration({ min: 1 })
    .optional()
    .describe('each active connection sends once each TIME')
    .meta({ alias: 'e', only: 'run' }),
  burst: count({ min: 1 })
    .prefault(1)
    .describe('connections that send together in an epoch')
    .meta({ alias: 'b', only: 'run' }),
  requestRatio: share()
    .prefault(1)
    .describe('share of the connections that is active in an epoch')
    .meta({ alias: 'r', only: 'run' }),
  priorityLevel: count({ min: 1, max: 8 })
    .prefault(1)
    .describe('classes that the connections are dealt out to; the first one never waits for the others')
    .meta({ alias: 'p', only: 'run' }),
  reconnect: text()
    .optional()
    .describe('lost connections are opened again: never, or from a delay on, doubled up to another (MIN[-MAX])')
    .meta({ placeholder: 'never|MIN[-MAX]', only: 'run' }),
  pushInterval: duration({ min: 1 })
    .optional()
    .describe('send a message each TIME to every connection, spread evenly over it')
    .meta({ only: 'serve' }),
});

export type RawOptions = z.infer<typeof rawOptions>;

/** Whether an option has another value than its default. */
export function isGiven(options: RawOptions, key: keyof RawOptions): boolean {
  return !isDeepStrictEqual(options[key], rawOptions.parse({})[key]);
}

/** The flag of an option, as users write it. */
export function flagOf(key: string): string {
  return `--raw.${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
