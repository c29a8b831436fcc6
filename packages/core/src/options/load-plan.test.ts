import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runOptions } from './core-options.js';
import { planLoad } from './load-plan.js';

const folder = mkdtempSync(join(tmpdir(), 'mcc-load-'));
afterAll(() => rmSync(folder, { recursive: true }));
const trace = join(folder, 'trace.txt');
writeFileSync(trace, '0.5\n2.25\n');

const schema = runOptions({ stack: 's', proto: 'p', reporter: 'r', durationNs: 10e9 });
const plan = async (values: Record<string, unknown>) => planLoad(schema.parse(values), 10e9);

describe('planLoad', () => {
  it.each([
    [{}, { durationNs: 10e9, arrival: 'constant', stages: [] }],
    [{ duration: '0' }, { durationNs: 0, arrival: 'constant', stages: [] }],
    [
      { rate: '0.5', arrival: 'poisson' },
      { durationNs: 10e9, rate: 0.5, arrival: 'poisson', stages: [] },
    ],
    [
      { arrival: `file:${trace}` },
      { durationNs: 2.25e9 + 1, arrival: 'constant', stages: [], trace: { departuresNs: Float64Array.of(5e8, 225e7) } },
    ],
  ])('of %j', async (values, expected) => expect(await plan(values)).toEqual(expected));

  it('goes from --rate, or from nothing, through the stages of the rate', async () => {
    const stages = [
      { durationNs: 30e9, rate: 10e3 },
      { durationNs: 0, rate: 50e3 },
    ];
    const stage = ['30s:10k', '0s:50k'];
    expect(await plan({ stage })).toEqual({ durationNs: 30e9, rate: 0, arrival: 'constant', stages });
    expect(await plan({ stage, rate: '1k' })).toMatchObject({ rate: 1000, stages });
    expect(await plan({ stage, arrival: 'uniform' })).toMatchObject({ rate: 0, arrival: 'uniform' });
  });

  it('ramps the connections in use in a closed loop, and at a rate', async () => {
    const stages = [{ durationNs: 1e9, connections: 100 }];
    expect(await plan({ stage: '1s:conn=100' })).toEqual({ durationNs: 1e9, arrival: 'constant', stages });
    expect(await plan({ stage: '1s:conn=100', rate: '5' })).toMatchObject({ rate: 5, stages });
  });

  it.each([
    [{ stage: ['1s:5', '2s:9'] }, 3e9],
    [{ stage: ['1s:5', '2s:9'], duration: '1m' }, 60e9],
    [{ stage: ['1s:5', '2s:9'], duration: '0' }, 0],
    // A step alone takes no time: it is no wish to run until a signal.
    [{ stage: '0s:9' }, 10e9],
    [{ arrival: `file:${trace}`, duration: '1s' }, 1e9],
    [{ arrival: `file:${trace}`, stage: '7s:conn=2' }, 7e9],
  ])('lasts as long as %j say', async (values, durationNs) => expect(await plan(values)).toMatchObject({ durationNs }));

  it.each([
    [
      { rate: '5', arrival: `file:${trace}` },
      '--rate contradicts --arrival file:, which says when each request leaves: leave out one of them',
    ],
    [{ stage: '1s:5', arrival: `file:${trace}` }, /^--stage contradicts --arrival file:/],
    [{ arrival: 'poisson' }, '--arrival poisson needs --rate, or a --stage with one: without them the loop is closed'],
    [{ arrival: 'uniform', stage: '1s:conn=5' }, /^--arrival uniform needs --rate/],
    [{ stage: ['1s:5', '1s:conn=5'] }, /^--stage mixes rates and connections: a run ramps one of them/],
    [{ stage: ['1s:conn=200'] }, '--stage puts 200 connections to use, but there are 100: give --conn 200'],
    [{ stage: ['1s:conn=5'], setupTime: '1s' }, /^--setup-time opens the connections before the load, and --stage/],
    [{ arrival: `file:${folder}/none` }, /^--arrival file:.*none: there is no such file/],
  ])('refuses %j', async (values, sentence) => {
    await expect(plan(values)).rejects.toThrow(sentence);
    await expect(plan(values)).rejects.toMatchObject({ code: 'MCC_ERR_USAGE' });
  });
});
