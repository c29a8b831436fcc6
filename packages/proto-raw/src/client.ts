import type { Program, Step } from '@mcc/core';
import { refuseUnsupported, type RawOptions } from './options.js';
import { messageBytes } from './payload.js';
import { refuse } from './refuse.js';
import { parseReplyFraming } from './reply.js';

/**
 * Sends a message and awaits the reply: at each tick of the heartbeat where there is one, otherwise again once the
 * connection has thought.
 */
export function clientProgram(options: RawOptions): Program {
  refuseUnsupported(options);
  const { heartbeat, thinkTime } = options;
  if (heartbeat !== undefined && thinkTime > 0) {
    refuse('--raw.heartbeat sends at a period, with no time to think', 'leave out one of it and --raw.think-time');
  }
  const steps: Step[] = [
    { kind: 'send', message: 0 },
    { kind: 'expect', framing: parseReplyFraming(options.reply ?? 'any') },
  ];
  if (heartbeat !== undefined) steps.unshift({ kind: 'wait', time: { kind: 'period', ns: heartbeat } });
  if (thinkTime > 0) steps.push({ kind: 'wait', time: { kind: 'constant', ns: thinkTime } });
  steps.push({ kind: 'repeat', from: 0 });
  return { role: 'client', messages: [{ bytes: messageBytes(options.payload, options.length) }], steps };
}
