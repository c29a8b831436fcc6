import type { Program } from '@mcc/core';
import { MESSAGE_BYTES_MAX, type RawOptions } from './options.js';
import { messageBytes } from './payload.js';
import { pushProgram } from './push.js';
import { refuse } from './refuse.js';
import { parseAnswer } from './reply.js';

/** Answers what arrives, until the client closes; or sends unasked. */
export function serverProgram(options: RawOptions): Program {
  if (options.pushInterval !== undefined) {
    if (options.reply !== undefined) refuse('--raw.push-interval answers nothing', 'leave out --raw.reply');
    return pushProgram(options.pushInterval, options.payload, options.length);
  }
  if (options.length !== undefined) {
    refuse('--raw.length has a meaning for mcc run, and for pushes', 'leave it out, or give --raw.push-interval');
  }
  const answer = parseAnswer(options.reply ?? 'echo', MESSAGE_BYTES_MAX);
  if (answer.kind !== 'fixed' && options.payload !== undefined) {
    refuse(`--raw.payload has no place in --raw.reply ${answer.kind}`, 'use --raw.reply fixed:N, or leave it out');
  }
  switch (answer.kind) {
    case 'echo':
      return { role: 'server', messages: [], steps: [{ kind: 'echo' }] };
    case 'none':
      return {
        role: 'server',
        messages: [],
        steps: [
          { kind: 'expect', framing: { kind: 'any' } },
          { kind: 'repeat', from: 0 },
        ],
      };
    case 'fixed':
      return {
        role: 'server',
        messages: [{ bytes: messageBytes(options.payload, answer.bytes) }],
        steps: [
          { kind: 'expect', framing: { kind: 'any' } },
          { kind: 'send', message: 0 },
          { kind: 'repeat', from: 0 },
        ],
      };
  }
}
