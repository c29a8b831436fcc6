import type { Load, Program, Step } from '@mcc/core';
import { flagOf, isGiven, type RawOptions } from './options.js';
import { messageBytes } from './payload.js';
import { SENT_AT } from './push.js';
import { parseReconnect } from './reconnect.js';
import { refuse } from './refuse.js';
import { parseReplyFraming } from './reply.js';

/**
 * Sends a message and awaits the reply: at each tick of the heartbeat or the epoch where there is one, otherwise again
 * once the connection has thought. Or it sends nothing, and reads what the server pushes.
 */
export function clientProgram(options: RawOptions, { messageBytesMax }: Load = {}): Program {
  const common = {
    role: 'client' as const,
    ...priorities(options.priorityLevel),
    ...(options.reconnect !== undefined && { reconnect: parseReconnect(options.reconnect) }),
  };
  if (messageBytesMax !== undefined && options.length !== undefined) {
    refuse('--raw.length contradicts the sizes of --arrival file:', 'leave out one of them');
  }
  const bytes = messageBytes(options.payload, messageBytesMax ?? options.length);
  if (options.reply === 'push') return { ...common, messages: [], steps: pushSteps(options, bytes.length) };
  const sized = messageBytesMax !== undefined && { sized: true };
  return { ...common, ...sized, messages: [{ bytes }], steps: requestSteps(options) };
}

function requestSteps(options: RawOptions): Step[] {
  const { thinkTime } = options;
  const period = periodOf(options);
  if (period !== undefined && thinkTime > 0) {
    const flag = flagOf(options.epoch === undefined ? 'heartbeat' : 'epoch');
    refuse(`${flag} sends at a period, with no time to think`, 'leave out one of it and --raw.think-time');
  }
  const steps: Step[] = [
    { kind: 'send', message: 0 },
    { kind: 'expect', framing: parseReplyFraming(options.reply ?? 'any') },
  ];
  if (period !== undefined) steps.unshift({ kind: 'wait', time: period });
  if (thinkTime > 0) steps.push({ kind: 'wait', time: { kind: 'constant', ns: thinkTime } });
  steps.push({ kind: 'repeat', from: 0 });
  return steps;
}

/** The period in which connections speak, of a heartbeat or of an epoch. */
function periodOf({ heartbeat, epoch, requestRatio, burst, ...rest }: RawOptions) {
  if (epoch === undefined) {
    for (const key of ['burst', 'requestRatio'] as const) {
      if (isGiven({ heartbeat, epoch, requestRatio, burst, ...rest }, key)) {
        refuse(`${flagOf(key)} is about the connections of an epoch`, 'give --raw.epoch too, or leave it out');
      }
    }
    return heartbeat === undefined ? undefined : { kind: 'period' as const, ns: heartbeat };
  }
  if (heartbeat !== undefined) refuse('--raw.epoch and --raw.heartbeat are both a period', 'leave out one of them');
  return { kind: 'period' as const, ns: epoch, share: requestRatio, burst };
}

/** Messages that come unasked. */
function pushSteps(options: RawOptions, length: number): Step[] {
  const stray = (['heartbeat', 'epoch', 'burst', 'requestRatio', 'thinkTime', 'payload'] as const).find((key) =>
    isGiven(options, key),
  );
  if (stray !== undefined)
    refuse(`${flagOf(stray)} is about sending, and --raw.reply push sends nothing`, 'leave it out');
  return [
    {
      kind: 'receive',
      framing: { kind: 'fixed', bytes: length },
      ...(length >= SENT_AT.width && { sentAt: SENT_AT.offset }),
    },
    { kind: 'repeat', from: 0 },
  ];
}

/** Each priority is a class of its own in the report. */
function priorities(levels: number): Pick<Program, 'priorities' | 'classes'> {
  if (levels === 1) return {};
  return { priorities: levels, classes: Array.from({ length: levels }, (_, level) => `priority ${level}`) };
}
