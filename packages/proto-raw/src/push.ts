import type { Patch, Program } from '@mcc/core';
import { messageBytes } from './payload.js';

/** Where a push says when it left, so that the client can time its delivery. */
export const SENT_AT = { offset: 0, width: 8 } as const;

/** A server's program that sends a message each period to every connection; what clients send is read and dropped. */
export function pushProgram(intervalNs: number, payload: string | undefined, length: number | undefined): Program {
  const bytes = messageBytes(payload, length);
  const patches: Patch[] = bytes.length >= SENT_AT.width ? [{ kind: 'timestampNs', ...SENT_AT }] : [];
  return {
    role: 'server',
    messages: [{ bytes, patches }],
    steps: [
      { kind: 'wait', time: { kind: 'period', ns: intervalNs } },
      { kind: 'send', message: 0 },
      { kind: 'repeat', from: 0 },
    ],
  };
}
