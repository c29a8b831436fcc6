import { duration } from '@mcc/core';

/** What `--mtcp.fault` makes of the path, in each direction. Probabilities are from 0 to 1. */
export interface Faults {
  readonly drop: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly corrupt: number;
  readonly delayNs: number;
  readonly jitterNs: number;
}

const NONE: Faults = { drop: 0, duplicate: 0, reorder: 0, corrupt: 0, delayNs: 0, jitterNs: 0 };

const PROBABILITIES = {
  drop: 'drop',
  dup: 'duplicate',
  duplicate: 'duplicate',
  reorder: 'reorder',
  corrupt: 'corrupt',
} as const;
const TIMES = { delay: 'delayNs', jitter: 'jitterNs' } as const;
const TIME_MAX_NS = 10e9;

/** Reads `drop=1%,dup=0.1%,delay=10ms`. Throws an Error whose message continues "--mtcp.fault …". */
export function parseFaults(text: string): Faults {
  return text.split(',').reduce((faults, part) => ({ ...faults, ...parseFault(part.trim()) }), NONE);
}

function parseFault(part: string): Partial<Faults> {
  const [name = '', value = '', ...rest] = part.split('=');
  if (rest.length === 0 && Object.hasOwn(PROBABILITIES, name)) {
    return { [PROBABILITIES[name as keyof typeof PROBABILITIES]]: parseProbability(value, part) };
  }
  if (rest.length === 0 && Object.hasOwn(TIMES, name)) {
    return { [TIMES[name as keyof typeof TIMES]]: parseTime(value, part) };
  }
  throw new Error(`"${part}" is none of drop=, dup=, reorder=, corrupt= (each a share such as 1%), delay= and jitter=`);
}

/** `1%` or `0.01`. */
function parseProbability(text: string, part: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text);
  const value = match === null ? NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (value <= 1) return value;
  throw new Error(`"${part}" is not a share from 0% to 100%`);
}

function parseTime(text: string, part: string): number {
  const result = duration({ max: TIME_MAX_NS }).safeParse(text);
  if (result.success) return result.data;
  throw new Error(`"${part}" is not a time of at most 10s, such as delay=10ms`);
}
