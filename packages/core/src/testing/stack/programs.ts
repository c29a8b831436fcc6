import { createHash } from 'node:crypto';
import type { Program, Step } from '../../contracts/program.js';

type Steps = Omit<Program, 'role'>;

/** The same bytes on every run: xorshift32 of this seed. `length` is a multiple of 4. */
export function noise(length: number, seed = 1): Uint8Array {
  const words = new Uint32Array(length / 4);
  let word = seed;
  for (let i = 0; i < words.length; i++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    words[i] = word;
  }
  return new Uint8Array(words.buffer);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Gives back whatever comes. */
export const ECHO: Steps = { messages: [], steps: [{ kind: 'echo' }] };

/** Speaks through its events alone. */
export const HANDLER: Steps = { messages: [], steps: [{ kind: 'handler' }] };

/** Stands and says nothing. */
export const IDLE: Steps = { messages: [], steps: [{ kind: 'wait', time: { kind: 'constant', ns: 3600e9 } }] };

/** Sends `bytes`, which an echo gives back, and then goes on with `then`. */
export function exchange(bytes: Uint8Array, ...then: readonly Step[]): Steps {
  return {
    messages: [{ bytes }],
    steps: [{ kind: 'send', message: 0 }, { kind: 'expect', framing: { kind: 'fixed', bytes: bytes.length } }, ...then],
  };
}

/** Sends `bytes`, which nobody answers, and then goes on with `then`. */
export function tell(bytes: Uint8Array, ...then: readonly Step[]): Steps {
  return {
    messages: [{ bytes }],
    steps: [{ kind: 'send', message: 0 }, { kind: 'expect', framing: { kind: 'none' } }, ...then],
  };
}

/** A server's: answers each `question` bytes with `answer`, and then goes on with `then`. */
export function reply(question: number, answer: Uint8Array, ...then: readonly Step[]): Steps {
  return {
    messages: [{ bytes: answer }],
    steps: [{ kind: 'expect', framing: { kind: 'fixed', bytes: question } }, { kind: 'send', message: 0 }, ...then],
  };
}
