import { count, describeOptions, duration, runOptions, text, z } from '@mcc/core';
import { describe, expect, it } from 'vitest';
import { refuseFlagsOfOthers, threadsWarning } from './other-generators.js';

const core = describeOptions(runOptions({ stack: '', proto: '', reporter: '', durationNs: 0 }));
const thinking = z.object({ thinkTime: duration().meta({ alias: 't' }), header: text() });
const http = [...core, ...describeOptions(thinking, 'http')];
const raw = [...core, ...describeOptions(thinking, 'raw')];

describe('flags of other generators', () => {
  it.each([
    [['-c', '5', '-H', 'A: b'], "unknown option -H: here it is --http.header 'Name: value'"],
    [['-Haccept: x'], 'unknown option -H: here it is --http.header'],
    [['-M', 'PUT'], 'unknown option -M: here it is --http.method METHOD'],
    [['-u', '10'], 'unknown option -u: here it is --conn N (k6)'],
    [['-n1000'], 'unknown option -n: here it is --duration TIME'],
    [['--threads', '4'], 'unknown option --threads: here it is --smp N'],
    [['--vus=5'], 'unknown option --vus: here it is --conn N'],
  ])('%j', (args, sentence) => expect(() => refuseFlagsOfOthers(args, http)).toThrow(sentence));

  it('leaves alone what is ours, what is a value, and what nobody has', () => {
    const args = ['-c', '5', '-R', '10', '-t', '4', '--timeout', '1s', '-zebra', '--banana', '--', '-H'];
    const taken = [...http, ...describeOptions(z.object({ zone: count().meta({ alias: 'z' }) }), 'mine')];
    expect(() => refuseFlagsOfOthers(args, taken)).not.toThrow();
  });
});

describe("wrk's threads", () => {
  const sentence =
    '-t 4 is --http.think-time 4s, a pause after each response: ' +
    'for 4 threads, as in wrk, write --smp 4; -t 4s says that the pause is meant';

  it.each([[['-t4', '-c64']], [['-c', '64', '-t', '4']], [['-t=4']]])('%j', (args) =>
    expect(threadsWarning(args, http)).toBe(sentence),
  );

  it.each([
    [['-t', '4s']],
    [['-t500ms']],
    [['-t', '0']],
    [['-t', '0.5']],
    [['-t']],
    [['-c', '4']],
    [['--timeout', '4']],
  ])('%j is a time', (args) => expect(threadsWarning(args, http)).toBeUndefined());

  it('is the classic flag where the classic protocol is', () =>
    expect(threadsWarning(['-t', '4'], raw)).toBeUndefined());
});
