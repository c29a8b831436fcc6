import type { Program } from '@mcc/core';
import { MESSAGE_BYTES_MAX, refuseClientOptions, refuseUnsupported, type RawOptions } from './options.js';
import { messageBytes } from './payload.js';
import { refuse } from './refuse.js';
import { parseAnswer } from './reply.js';

/** Answers what arrives, until the client closes. */
export function serverProgram(options: RawOptions): Program {
  refuseUnsupported(options);
  refuseClientOptions(options);
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
