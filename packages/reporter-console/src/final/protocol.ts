import type { Distribution, RunReport } from '@mcc/core';
import { count, time } from '../text/units.js';
import type { Row } from './page.js';

/** What the protocol plugin adds: HTTP statuses by class, anything else as "name.key value". Classes have tables of their own. */
export function protocolRows({ protocol }: RunReport): Row[] {
  return Object.entries(protocol).flatMap(([name, section]) => {
    if (!isRecord(section)) return generic(name, section);
    const { status, classes: _sumsOfStatus, urls: _urls, statusLatencyUs, ...others } = section;
    if (name === 'http' && isRecord(status)) {
      return [...statuses(status, isRecord(statusLatencyUs) ? statusLatencyUs : {}), ...generic(name, others)];
    }
    const { priorities: _classes, ...rest } = section;
    return generic(name, name === 'raw' ? rest : section);
  });
}

function statuses(byCode: Readonly<Record<string, unknown>>, latencies: Readonly<Record<string, unknown>>): Row[] {
  const classes = new Map<string, (readonly [code: string, count: number])[]>();
  for (const [code, times] of Object.entries(byCode)) {
    const name = `${code[0]}xx`;
    classes.set(name, [...(classes.get(name) ?? []), [code, Number(times)]]);
  }
  return [...classes].map(([name, codes]) => ({
    label: `Status ${name}`,
    figure: count(codes.reduce((sum, [, times]) => sum + times, 0)),
    detail: [
      ...codes.map(([code, times]) => (codes.length === 1 ? `${code} only` : `${code}: ${count(times)}`)),
      ...percentiles(latencies[name] as Distribution | undefined),
    ].join(', '),
    ...(/^[45]/.test(name) && { mark: 'warn' as const }),
  }));
}

function percentiles(latency: Distribution | undefined): string[] {
  return latency === undefined ? [] : [`p50 ${time(latency.p50)}`, `p99 ${time(latency.p99)}`];
}

function generic(name: string, value: unknown): Row[] {
  if (isRecord(value)) return Object.entries(value).flatMap(([key, inner]) => generic(`${name}.${key}`, inner));
  const text = typeof value === 'number' && Number.isInteger(value) ? count(value) : plain(value);
  return [{ label: name, figure: text }];
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
