import { describe, expect, it } from 'vitest';
import { runOptions, serveOptions } from './core-options.js';
import { describeOptions } from './describe.js';
import { validateOptions } from './validate.js';

const defaults = { stack: 'a', proto: 'b', reporter: 'c', durationNs: 10e9 };
const run = runOptions(defaults);
const specs = describeOptions(run);

function read(values: Record<string, unknown>) {
  const given = specs.filter((spec) => spec.key in values);
  const raw = given.map((spec) => [spec.name, { spec, value: values[spec.key], label: `--${spec.name}` }] as const);
  return validateOptions(run, specs, new Map(raw), 'mcc');
}

it('has the defaults of the contract', () => {
  expect(read({})).toEqual({
    stack: 'a',
    proto: 'b',
    reporter: ['c'],
    conn: 100,
    smp: 1,
    connectTimeout: 10e9,
    timeout: 10e9,
    setupTime: 0,
    waitTime: 0,
    threshold: [],
    interval: 1e9,
  });
});

it('has the flags of the contract', () => {
  const aliases = Object.fromEntries(specs.flatMap(({ alias, name }) => (alias === undefined ? [] : [[alias, name]])));
  expect(aliases).toEqual({ c: 'conn', d: 'duration', s: 'setup-time', w: 'wait-time', R: 'rate' });
  expect(specs.find((spec) => spec.key === 'stack')?.otherNames).toEqual(['network-stack']);
});

it('says how long the load lasts when nothing else does', () => {
  const help = (durationNs: number) =>
    describeOptions(runOptions({ ...defaults, durationNs })).find(({ key }) => key === 'duration')?.help;
  expect(help(10e9)).toMatch(/, or 10s$/);
  expect(help(0)).toMatch(/, or 0$/);
});

it('documents every option', () => {
  for (const spec of [...specs, ...describeOptions(serveOptions(defaults))]) expect(spec.help, spec.name).not.toBe('');
});

describe('runOptions', () => {
  it.each([
    [{ reporter: ['x,y', 'z', 'x'] }, { reporter: ['x', 'y', 'z'] }],
    [{ cpus: '0,2-3' }, { cpus: [0, 2, 3] }],
    [{ seed: '18446744073709551615' }, { seed: 18446744073709551615n }],
    [{ source: ['127.0.0.1', '127.0.0.2'] }, { source: '127.0.0.1,127.0.0.2' }],
    [{ arrival: 'file:/x' }, { arrival: 'file:/x' }],
    [{ duration: '0' }, { duration: 0 }],
    [{ rate: '0.5' }, { rate: 0.5 }],
    [{ rate: '100m' }, { rate: 100e6 }],
    [
      { stage: ['30s:10k', '0:5'] },
      {
        stage: [
          { durationNs: 30e9, rate: 10e3 },
          { durationNs: 0, rate: 5 },
        ],
      },
    ],
  ])('reads %j', (values, expected) => expect(read(values)).toMatchObject(expected));

  it.each([
    [{ conn: '0' }, '--conn: "0" is too small: at least 1'],
    [{ smp: '-1' }, /^--smp: "-1" is not a whole number/],
    [{ duration: '501h' }, '--duration: "501h" is too large: at most 500h'],
    [{ timeout: '0' }, '--timeout: "0" is too small: at least 1ms'],
    [{ interval: '1ms' }, '--interval: "1ms" is too small: at least 100ms'],
    [{ cpus: 'all' }, '--cpus: "all" is not a list of cores, such as 0,2-3'],
    [{ seed: '-1' }, '--seed: "-1" is not a whole number below 2^64'],
    [{ seed: '18446744073709551616' }, /is not a whole number below 2\^64$/],
    [{ arrival: 'normal' }, '--arrival: "normal" is not one of constant, poisson, uniform, file:PATH'],
    [{ rate: 'fast' }, /^--rate: "fast" is not a rate: use a number per second/],
    [{ rate: '0' }, '--rate: "0" is too small: at least 0.001'],
    [{ rate: '101m' }, '--rate: "101m" is too large: at most 100000000'],
    [{ stage: '10k' }, /^--stage: "10k" is not a stage: use TIME:RATE or TIME:conn=N/],
    [{ stage: '1s:101m' }, '--stage: "1s:101m" is too fast: at most 100m requests per second'],
  ])('refuses %j', (values, message) => expect(() => read(values)).toThrow(message));
});
