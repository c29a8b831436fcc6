import { duration } from '@mcc/core';

/** `a=1,b=2` as its parts; each error names its part. */
export function parseParts(text: string): { readonly part: string; readonly name: string; readonly value: string }[] {
  return text.split(',').map((each) => {
    const part = each.trim();
    const [name = '', value = '', ...rest] = part.split('=');
    return rest.length === 0 ? { part, name, value } : { part, name: '', value: '' };
  });
}

/** `1%` or `0.01`. */
export function parseShare(value: string, part: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(value);
  const share = match === null ? NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (share <= 1) return share;
  throw new Error(`"${part}" is not a share from 0% to 100%`);
}

/** Nanoseconds. `max` is a number of seconds. */
export function parseTime(value: string, part: string, max: number): number {
  const result = duration({ max: max * 1e9 }).safeParse(value);
  if (result.success) return result.data;
  throw new Error(`"${part}" is not a time of at most ${max}s, such as ${part.split('=', 1)[0]}=10ms`);
}
