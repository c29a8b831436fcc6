import { describe, expect, it } from 'vitest';
import type { RunReport } from '../contracts/report.js';
import { sampleDistribution, sampleReport, sampleRunInfo } from '../testing/sample-report.js';
import { generatorNotes } from './generator-notes.js';

/** A load of 10 s on one of two cores. */
function notesOf({
  run,
  ...rest
}: Partial<Omit<RunReport, 'run'>> & { readonly run?: Partial<RunReport['run']> }): string[] {
  return generatorNotes(
    sampleReport({ ...rest, run: { ...sampleRunInfo(), durationSeconds: 10, endedBy: 'duration', ...run } }),
  );
}

const busy = (busyPercent: number, cpuSeconds = 10): RunReport['process'] => ({
  cpuSeconds: { user: cpuSeconds / 2, system: cpuSeconds / 2 },
  maxRssBytes: 1,
  busyPercent,
});
const pacing = (late: number, queued = 0, unsent = 0) => ({ scheduled: 10_000, late, queued, unsent });
const openLoop = { options: { rate: 1000 }, connections: 10 };

it('has nothing to say of a generator with time to spare', () => {
  expect(notesOf({ process: busy(95) })).toEqual([]);
  expect(notesOf({ process: busy(40), pacing: pacing(100, 100) })).toEqual([]);
});

describe('a busy generator', () => {
  it.each([
    ['kernel', 1, 4, 'its core was 99.2 % busy', 'Raise --smp (1 of 4 cores used now), or choose a faster --stack.'],
    ['kernel', 4, 4, 'its busiest core was 99.2 % busy', 'Choose a faster --stack, or a machine with more cores.'],
    ['mtcp', 1, 2, 'its core was 99.2 % busy', "mcc's own. Raise --smp (1 of 2 cores used now)."],
    ['mtcp', 2, 2, 'its busiest core was 99.2 % busy', 'It takes a machine with more cores.'],
  ])('is the bottleneck of a closed loop: %s on %i of %i cores', (stack, workers, cores, which, what) => {
    const environment = { ...sampleReport().environment, cores };
    const [note, ...others] = notesOf({ run: { stack, workers }, environment, process: busy(99.2) });
    expect(note).toContain(`The generator itself was the bottleneck: ${which}, so the target can do more`);
    expect(note).toContain(what);
    expect(others).toEqual([]);
  });

  it('is near its limit where it kept the schedule', () => {
    expect(notesOf({ run: openLoop, process: busy(97), pacing: pacing(3) })).toEqual([
      'The generator was near its limit, though it kept the schedule: its core was 97 % busy. Raise --smp (1 of 2 cores used now), or choose a faster --stack.',
    ]);
  });

  it('is not to blame for what else ran on its core', () => {
    const [note, ...others] = notesOf({ process: busy(98.4, 5.2) });
    expect(note).toMatch(/^The generator did not have its core to itself: .* but had 5\.2 s of CPU time in 10\.0 s/);
    expect(note).toMatch(/--cpus\.$/);
    expect(others).toEqual([]);
  });

  it('is to blame for late and queued departures', () => {
    const notes = notesOf({ run: openLoop, process: busy(99), pacing: pacing(500, 6000) });
    expect(notes.map((note) => note.slice(0, 40))).toEqual([
      'The generator itself was the bottleneck:',
      '5 % of the departures left over 1 ms lat',
      '60 % of the departures found every conne',
    ]);
    expect(notes[1]).toMatch(/the generator did not keep the schedule\. Lower the rate, or raise --smp\.$/);
    expect(notes[2]).toMatch(/The generator had no time for more\.$/);
  });
});

describe('polls of the network that were far apart', () => {
  const pollGaps = (...us: number[]) => ({ pollGapUs: sampleDistribution(us), notes: [] });
  const latencyUs = sampleDistribution([300, 400, 9000]);

  it('are the latency of a busy generator', () => {
    const [note, ...others] = notesOf({ process: busy(99), generator: pollGaps(100, 300, 8000), latencyUs });
    expect(note).toContain(
      "mcc's own: it came back to the network after 2.80 ms on average, at the longest after 8.00",
    );
    expect(others).toEqual([]);
  });

  it('are the longest latencies of one with time to spare', () => {
    expect(notesOf({ process: busy(30), generator: pollGaps(1, 1, 8000), latencyUs })).toEqual([
      "The longest latencies are mcc's own: for up to 8.00 ms at a time it did not look at the network (the longest latency is 9.00 ms), though it had time to spare, because something else had its core just then. Give the generator cores of its own (--cpus).",
    ]);
  });

  it.each([
    ['short', 4000, 5000],
    ['a small part of the longest latency', 8000, 20_000],
  ])('are nothing where they are %s', (_what, gap, latency) => {
    const generator = pollGaps(1, gap);
    expect(notesOf({ process: busy(30), generator, latencyUs: sampleDistribution([100, latency]) })).toEqual([]);
  });
});

describe('late departures', () => {
  it('are not for lack of power where the generator had time', () => {
    const [note] = notesOf({ run: openLoop, process: busy(12), pacing: pacing(300) });
    expect(note).toBe(
      '3 % of the departures left over 1 ms late by no fault of the server, with a generator that was 12 % busy on average: many were due at one instant, or something else had its core just then. Spread the departures, or give the generator cores of its own (--cpus).',
    );
  });
});

describe('departures that waited for a connection', () => {
  const waited = (more: Parameters<typeof notesOf>[0]): string =>
    notesOf({ process: busy(30), pacing: pacing(0, 6000, 20), ...more }).join('\n');

  it('had too few of them, and it says how many there should be', () => {
    const note = waited({ run: openLoop, serviceTimeUs: sampleDistribution([20_000]) });
    expect(note).toMatch(
      /^60\.2 % of the departures found every connection busy and waited, which their latency includes/,
    );
    expect(note).toContain(', and 20 had not left when the load ended.');
    expect(note).toContain(
      'As a request takes a connection for 20.0 ms on average, 10 of them carry 500/s of the 1.00k/s that were asked for: raise --conn to 20, if the server has more to give.',
    );
  });

  it('is not the fault of the server where connections think', () => {
    const options = { rate: 1000, http: { thinkTime: '99ms' } };
    const note = waited({ run: { ...openLoop, options }, serviceTimeUs: sampleDistribution([1000]) });
    expect(note).toMatch(/for 1\.00 ms and a pause of 99\.0 ms on average, 10 of them carry 100\/s of the 1\.00k\/s/);
    expect(note).toMatch(/raise --conn to 100, or pause less\.$/);
  });

  it('met a server that was slow for a time, where there are enough of them', () => {
    const times = [...Array.from({ length: 999 }, () => 1000), 1_000_000];
    const note = waited({ run: openLoop, serviceTimeUs: sampleDistribution(times) });
    expect(note).toMatch(
      /there are enough of them: the server was slow for a time \(up to 1\.00 s\), or many departures/,
    );
  });

  it.each([
    ['several at a time', { rate: 1000, http: { pipeline: 4 } }],
    ['a changing number of them', { rate: 1000, stage: ['10s:conn=5'] }],
  ])('is left open for %s', (_what, options) => {
    const note = waited({ run: { ...openLoop, options }, serviceTimeUs: sampleDistribution([20_000]) });
    expect(note).toMatch(/There were too few connections \(--conn\) for the rate, as long as the server took\.$/);
  });

  it('waited for a reply of their own connection, in a period', () => {
    const options = { raw: { heartbeat: '1s' } };
    const note = waited({ run: { protocol: 'raw', options }, serviceTimeUs: sampleDistribution([10, 1_500_000]) });
    expect(note).toMatch(
      /found their connection still waiting for a reply, .*: some replies took longer \(up to 1\.50 s\)/,
    );
    expect(note).not.toContain('--conn');
  });
});

it('says what to raise when a limit of its own was met', () => {
  expect(notesOf({ stack: { port: 'memif', noBuffer: 1200, sendMemoryFull: 0 } })).toEqual([
    '1,200 packets found no buffer and were dropped: raise --mtcp.memory.',
  ]);
});

describe('rings', () => {
  const headroom = (limit: string, leastFree: number) => ({
    notes: [],
    headroom: { [limit]: { size: 2048, leastFree } },
  });

  it('that were full make the other end wait for a busy generator', () => {
    const [note, ...others] = notesOf({ process: busy(99), generator: headroom('receiveRing', 0) });
    expect(note).toContain(
      "mcc's own, and its receive ring was full (2,048 buffers), so that the other end had to wait for it. Raise --smp",
    );
    expect(others).toEqual([]);
  });

  it('that were full for a moment are nothing to a generator with time to spare', () => {
    expect(notesOf({ process: busy(40), generator: headroom('receiveRing', 0) })).toEqual([]);
    expect(notesOf({ process: busy(99), generator: headroom('receiveRing', 1) })[0]).not.toContain('ring');
  });

  it('that dropped what was to be sent show that the other end did not keep up', () => {
    const stack = { txDropped: 1200 };
    expect(notesOf({ stack, generator: headroom('sendQueue', 0) })).toEqual([
      'The other end, or the link, did not keep up: the queue of frames to be sent was full (2,048), and in all 1,200 frames were dropped. Raise --setup-time, or lower --rate or --conn.',
    ]);
    expect(notesOf({ stack, generator: headroom('sendQueue', 1) })).toEqual([]);
    expect(notesOf({ generator: headroom('sendQueue', 0) })).toEqual([]);
  });
});
