import { parseDuration, type Program } from '@mcc/core';
import { refuse } from './refuse.js';

/** What `--raw.reconnect` means: `never`, or MIN[-MAX]. */
export function parseReconnect(text: string): NonNullable<Program['reconnect']> {
  if (text === 'never') return 'never';
  const [min = '', max = min, ...rest] = text.split('-');
  const minNs = parseDuration(min);
  const maxNs = parseDuration(max);
  if (minNs !== undefined && maxNs !== undefined && minNs <= maxNs && rest.length === 0) return { minNs, maxNs };
  return refuse(
    `--raw.reconnect "${text}" is neither never nor a delay`,
    'write it as 1s, or as 1s-60s, low end first',
  );
}
