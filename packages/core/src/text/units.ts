/** Numbers as a person reads them: three significant digits and a unit. Units are decimal: 1 kB is 1000 bytes. */

/** 145123 → "145k"; 12.345 → "12.3". */
export function amount(value: number): string {
  return scaled(value, 1000, ['', 'k', 'M', 'G', 'T']);
}

/** 1449812 → "1,449,812". */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A rate worth comparing to the digit: 145123.4 → "145,123"; 12.345 → "12.3". */
export function exactRate(value: number): string {
  return value < 1000 && !Number.isInteger(value) ? significant(value) : count(value);
}

/** Microseconds: 0.45 → "450 ns", 45.6 → "45.6 µs", 1200 → "1.20 ms", 3.2e6 → "3.20 s". */
export function time(us: number): string {
  if (us === 0) return '0';
  return scaled(us * 1000, 1000, [' ns', ' µs', ' ms', ' s']);
}

/** 1200000 → "1.20 MB". */
export function bytes(value: number): string {
  return scaled(value, 1000, [' B', ' kB', ' MB', ' GB', ' TB']);
}

/** Seconds of a run: "0.42 s", "10.0 s", "2 min 5 s", "1 h 10 min". */
export function seconds(value: number): string {
  if (value === 0) return '0 s';
  if (value < 99.95) return `${value < 1 ? significant(value) : value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

/** 12.34 → "12.3 %"; what is nearly, but not quite, 0 or 100 does not round to it. */
export function percent(value: number): string {
  if (value > 0 && value < 0.01) return '<0.01 %';
  if (value < 100 && value > 99.9) return '>99.9 %';
  return `${Number.isInteger(value) ? value : significant(value)} %`;
}

/** 1 → "1 worker", 2 → "2 workers". */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  while (Number(rest.toPrecision(3)) >= step && unit < units.length - 1) {
    rest /= step;
    unit += 1;
  }
  return `${unit === 0 && Number.isInteger(rest) ? rest : significant(rest)}${units[unit]}`;
}

/** Three significant digits, at most two of them after the point: 0.42, 1.23, 45.6, 789. */
function significant(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded.toFixed(rounded >= 100 ? 0 : rounded >= 10 ? 1 : 2);
}
