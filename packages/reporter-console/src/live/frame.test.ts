import { sampleProgress } from '@mcc/core/testing';
import { describe, expect, it } from 'vitest';
import { widthOf } from '../text/layout.js';
import { styleFor } from '../text/style.js';
import { renderFrame } from './frame.js';

const plain = styleFor(false);

describe('renderFrame', () => {
  it('shows the load, how far it is and its figures', () => {
    expect(renderFrame(sampleProgress(), 80, plain).split('\n')).toEqual([
      '  Load      ━━━━━━━━━━━━━━━━━━━━────────────────────  50 %   1.5 s of 3.0 s',
      '  50.0k requests/s   p50 1.25 ms   p99 2.90 ms   0 errors   64 open',
    ]);
  });

  it('measures the set-up in connections', () => {
    const progress = sampleProgress({
      phase: 'connect',
      elapsedSeconds: 1.2,
      phaseSeconds: 5,
      connectionsTotal: 100_000,
      connectionsOpen: 24_990,
      connectionsFailed: 10,
      connectRate: 20_125,
    });
    expect(renderFrame(progress, 80, plain).split('\n')).toEqual([
      '  Connect   ━━━━━━━━━━──────────────────────────────  25 %   1.2 s of 5.0 s',
      '  24,990 of 100,000 open   20.1k connections/s   10 failed',
    ]);
  });

  it('leaves the bar out where there is no room for it', () => {
    expect(renderFrame(sampleProgress(), 10, plain)).toBe('  Load        50 %   1.5 s of 3.0 s\n ');
  });

  it('has no bar for what has no known end', () => {
    const { phaseSeconds: _, ...open } = sampleProgress();
    expect(renderFrame(open, 80, plain)).toContain('  Load      1.5 s, until Ctrl-C\n');
    expect(renderFrame({ ...open, phase: 'drain' }, 80, plain)).toContain('  Drain     1.5 s\n');
  });

  it('says that the generator is at its limit, and how much is done, where there is room', () => {
    const frame = renderFrame(sampleProgress({ busyPercent: 99 }), 120, plain);
    expect(frame).toContain('64 open   generator 99 % busy   75,000 done');
  });

  it('leaves out figures that were not measured', () => {
    const { p50Us: _p50, p99Us: _p99, ...early } = sampleProgress({ requestRate: 0 });
    expect(renderFrame(early, 80, plain)).not.toContain('p50');
  });

  it.each(['connect', 'wait', 'load', 'drain', 'report'] as const)('fits every width while in %s', (phase) => {
    for (let width = 40; width < 140; width += 1) {
      const progress = sampleProgress({
        phase,
        connectionsTotal: 3_200_000,
        connectionsOpen: 3_000_000,
        errorCount: 12,
      });
      const lines = renderFrame(progress, width, plain).split('\n');
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width);
    }
  });
});
