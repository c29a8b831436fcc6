import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { sampleDistribution, sampleInterval, sampleReport } from '@mcc/core/testing';
import { describe, expect, it } from 'vitest';
import { widthOf } from '../text/layout.js';
import { healthyReport, refusedReport, troubledReport } from '../testing/reports.js';
import { renderFinal } from './render.js';

const expected = (name: string): string => readFileSync(new URL(`expected/${name}.txt`, import.meta.url), 'utf8');
const reports = { healthy: healthyReport, troubled: troubledReport, refused: refusedReport };

describe('renderFinal', () => {
  it.each([
    ['healthy', 80],
    ['healthy', 120],
    ['troubled', 80],
    ['troubled', 120],
    ['refused', 80],
  ] as const)('writes the page of a %s run for %i columns', (name, width) => {
    expect(renderFinal(reports[name](), { width })).toBe(expected(`${name}-${width}`));
  });

  it('keeps every line within the width, and needs 60 columns', () => {
    for (const make of Object.values(reports)) {
      for (let width = 40; width <= 140; width += 4) {
        const lines = renderFinal(make(), { width }).split('\n');
        expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(Math.max(60, Math.min(120, width)));
        expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
      }
    }
  });

  it('says the same with colours as without', () => {
    const report = troubledReport();
    const colored = renderFinal(report, { width: 80, color: true });
    expect(colored).toContain('\u001B[31m1,204\u001B[39m');
    expect(stripVTControlCharacters(colored)).toBe(renderFinal(report, { width: 80 }));
  });

  it('leaves out the header and the pictures when they are not wanted', () => {
    const page = renderFinal(healthyReport(), { width: 80, header: false, plot: false });
    expect(page).not.toMatch(/Running|┤|●/);
    expect(page).toContain('Requests/s');
  });

  it('draws curves from three intervals on, also when one of them completed nothing', () => {
    const { p50Us: _p50, p99Us: _p99, ...silent } = sampleInterval({ atSeconds: 2, requestRate: 0 });
    const two = [sampleInterval({ atSeconds: 1 }), silent];
    expect(renderFinal(sampleReport({ intervals: two }), { width: 80 })).not.toContain('┤');
    const three = [...two, sampleInterval({ atSeconds: 3 })];
    expect(renderFinal(sampleReport({ intervals: three }), { width: 80 })).toContain('Latency p99');
    const idle = [1, 2, 3].map((atSeconds) => ({ ...silent, atSeconds }));
    expect(renderFinal(sampleReport({ intervals: idle }), { width: 80 })).not.toContain('┤');
  });

  it('draws an hour of intervals in the same room, and keeps its peak', () => {
    const hour = Array.from({ length: 3600 }, (_, index) =>
      sampleInterval({ atSeconds: index + 1, p99Us: index === 1800 ? 250_000 : 1000 }),
    );
    const page = renderFinal(sampleReport({ intervals: hour }), { width: 80 });
    expect(page).toMatch(/250 ms ┼ +╭╮/);
    expect(page).toMatch(/0 s {20,}1 h/);
  });

  it('has a table of URLs when there were several, and clips long ones', () => {
    const figure = (name: string, failed: number) => ({
      name,
      completed: 1200,
      failed,
      latencyUs: sampleDistribution([1500, 9000]),
    });
    const urls = [figure('/a', 0), figure(`/${'long/'.repeat(40)}`, 7), { name: '/never', completed: 0, failed: 0 }];
    const statusLatencyUs = { '2xx': sampleDistribution([1000]), '4xx': sampleDistribution([20_000]) };
    const http = { status: { '200': 1193, '404': 7 }, urls, statusLatencyUs };
    const page = renderFinal(sampleReport({ protocol: { http } }), { width: 80, plot: false });
    expect(page).toContain(
      [
        '   completed      failed      p50      p99      max  URL',
        '       1,200           0   1.50ms   9.00ms   9.00ms  /a',
        '       1,200           7   1.50ms   9.00ms   9.00ms  /long/long/long/long/long/…',
        '           0           0        –        –        –  /never',
      ].join('\n'),
    );
    expect(page).toMatch(/Status 4xx +7 +404 only, p50 20\.0 ms, p99 20\.0 ms/);
    expect(page).not.toContain('http.urls');
  });

  it('has a table of priorities, and one of classes of connections', () => {
    const figure = (name: string, us: number) => ({
      name,
      completed: 9,
      failed: 0,
      latencyUs: sampleDistribution([us]),
    });
    const raw = { priorities: [figure('priority 0', 100), figure('priority 1', 9000)], pushes: 3 };
    const classes = [figure('share=30%,rtt=80ms', 80_000), figure('near', 50)];
    const page = renderFinal(sampleReport({ protocol: { raw }, classes }), { width: 80, plot: false });
    expect(page).toContain(
      [
        '   completed      failed      p50      p99      max  class',
        '           9           0    100µs    100µs    100µs  priority 0',
        '           9           0   9.00ms   9.00ms   9.00ms  priority 1',
        '',
        '   completed      failed      p50      p99      max  connections',
        '           9           0   80.0ms   80.0ms   80.0ms  share=30%,rtt=80ms',
        '           9           0   50.0µs   50.0µs   50.0µs  near',
      ].join('\n'),
    );
    expect(page).toMatch(/raw\.pushes +3\n/);
    expect(page).not.toContain('raw.priorities');
  });

  it('shows what other protocols add, under their own names', () => {
    const protocol = { redis: { hits: 12_345, ratio: 0.25, by: { get: 7, set: 5 }, mode: 'resp3' }, note: 'plain' };
    const page = renderFinal(sampleReport({ protocol }), { width: 80, plot: false });
    expect(page).toMatch(/redis\.hits +12,345\n/);
    expect(page).toMatch(/redis\.ratio +0\.25\n/);
    expect(page).toMatch(/redis\.by\.get +7\n/);
    expect(page).toMatch(/redis\.mode +resp3\n/);
    expect(page).toMatch(/note +plain\n/);
  });

  it.each([
    ['signal', 'Ended by a signal after 3.0 s of load'],
    ['error', 'The run broke off after 3.0 s of load'],
  ] as const)('says that a run was ended by %s', (endedBy, sentence) => {
    const { run } = sampleReport();
    expect(renderFinal(sampleReport({ run: { ...run, endedBy } }), { width: 80 })).toContain(sentence);
  });

  it('counts connections that are opened anew for each request', () => {
    const connections = {
      ...sampleReport().connections,
      attempted: 150_000,
      established: 150_000,
      reconnected: 149_936,
    };
    const page = renderFinal(sampleReport({ connections }), { width: 120 });
    expect(page).toMatch(/150,000 +established, 12\.8k\/s while opening, 64 at one time, 149,936 reopened\n/);
  });

  it('says that nothing was answered', () => {
    const requests = { sent: 64, completed: 0, failed: 64, ratePerSecond: 0 };
    expect(renderFinal(sampleReport({ requests }), { width: 80 })).toContain('No request was answered');
  });
});
