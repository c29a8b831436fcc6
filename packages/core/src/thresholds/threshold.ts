import type { ThresholdResult } from '../contracts/report.js';
import { MccError } from '../errors.js';
import { nearest } from '../options/suggest.js';
import { METRICS, type Measured } from './metrics.js';

const COMPARE = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '==': (a: number, b: number) => a === b,
} as const;

/** In microseconds. */
const TIME_UNITS: ReadonlyMap<string, number> = new Map(Object.entries({ ns: 1e-3, us: 1, µs: 1, ms: 1e3, s: 1e6 }));
const COUNT_UNITS: ReadonlyMap<string, number> = new Map(Object.entries({ '': 1, k: 1e3, m: 1e6, g: 1e9 }));

/** A condition on the report, such as `latency.p99<5ms`. */
export interface Threshold {
  /** As it was given. */
  readonly expression: string;
  readonly metric: string;
  readonly operator: keyof typeof COMPARE;
  /** Microseconds, a count, or percent. */
  readonly bound: number;
  readonly percent: boolean;
}

/** Parses `metric op value[unit]`. Throws MCC_ERR_USAGE. */
export function parseThreshold(expression: string): Threshold {
  const match = /^\s*([a-z0-9._]+)\s*(<=|>=|==|<|>)\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-zµ%]*)\s*$/i.exec(expression);
  if (match === null) throw bad(expression, 'is not of the form METRIC OP VALUE, with one of < <= > >= ==');
  const [, name = '', operator = '', digits = '', suffix = ''] = match;
  const metric = METRICS.get(name);
  if (metric === undefined) throw bad(expression, `names no known metric: ${name}`, metricRemedy(name));
  const percent = suffix === '%';
  if (percent && metric.share === undefined) throw bad(expression, `compares ${name} with %, which it is no share of`);
  const units = metric.unit === 'time' ? TIME_UNITS : COUNT_UNITS;
  const factor = percent ? 1 : Number(digits) === 0 && suffix === '' ? 1 : units.get(suffix.toLowerCase());
  if (factor === undefined) {
    const wanted = metric.unit === 'time' ? 'one of the units ns, us, ms, s' : 'a plain number, or one with k, m or g';
    throw bad(expression, `compares ${name}, which wants ${wanted}`);
  }
  return {
    expression,
    metric: name,
    operator: operator as Threshold['operator'],
    bound: Number(digits) * factor,
    percent,
  };
}

/** Whether each expression held. A metric that was not measured counts as crossed. */
export function evaluate(expressions: readonly string[], report: Measured): ThresholdResult[] {
  return expressions.map((expression) => {
    const { metric, operator, bound, percent } = parseThreshold(expression);
    const entry = METRICS.get(metric)!;
    const actual = percent ? entry.share?.(report) : entry.read(report);
    return { expression, actual: actual ?? null, passed: actual !== undefined && COMPARE[operator](actual, bound) };
  });
}

function bad(expression: string, why: string, remedy = 'Write for example latency.p99<5ms or errors<0.1%.'): MccError {
  return new MccError('MCC_ERR_USAGE', { what: `--threshold '${expression}' ${why}.`, remedy });
}

/** The names that were most likely meant, and where all of them are. */
function metricRemedy(name: string): string {
  const names = [...METRICS.keys()];
  const near = nearest(name, names);
  // k6 and others have one distribution, whose statistics need no name before them.
  const meant = near.length > 0 ? near : nearest(`latency.${name}`, names);
  const list = 'All of them are in docs/cli.md, under Thresholds.';
  return meant.length === 0 ? `Write for example latency.p99<5ms. ${list}` : `Did you mean ${orList(meant)}? ${list}`;
}

function orList(names: readonly string[]): string {
  const last = names.at(-1)!;
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}
