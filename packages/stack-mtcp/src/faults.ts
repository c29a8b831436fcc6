import { parseParts, parseShare, parseTime } from './parts.js';

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
const TIME_MAX_S = 10;

/** Reads `drop=1%,dup=0.1%,delay=10ms`. Throws an Error whose message continues "--mtcp.fault …". */
export function parseFaults(text: string): Faults {
  return parseParts(text).reduce((faults, part) => ({ ...faults, ...parseFault(part) }), NONE);
}

function parseFault({ part, name, value }: ReturnType<typeof parseParts>[number]): Partial<Faults> {
  if (Object.hasOwn(PROBABILITIES, name)) {
    return { [PROBABILITIES[name as keyof typeof PROBABILITIES]]: parseShare(value, part) };
  }
  if (Object.hasOwn(TIMES, name)) {
    return { [TIMES[name as keyof typeof TIMES]]: parseTime(value, part, TIME_MAX_S) };
  }
  throw new Error(`"${part}" is none of drop=, dup=, reorder=, corrupt= (each a share such as 1%), delay= and jitter=`);
}
