import { describe, expect, it } from 'vitest';
import type { Plugin } from '../contracts/plugin.js';
import type { LoadedPlugin } from '../run/request.js';
import { runOptions, serveOptions } from './core-options.js';
import { prepareRun, prepareServe } from './requests.js';

const defaults = { stack: 's', proto: 'p', reporter: 'r', durationNs: 10e9 };

function loaded(defaultPort?: number): LoadedPlugin {
  const plugin = { name: 'x', ...(defaultPort !== undefined && { defaultPort }) } as Plugin;
  return { plugin, url: 'file:///x', packageName: 'x', packageVersion: '1.0.0', options: {} };
}

const plugins = { stack: loaded(), protocol: loaded(80), reporters: [loaded()] };
const run = (values: Record<string, unknown>, chosen = plugins) =>
  prepareRun(runOptions(defaults).parse(values), chosen, { some: 'option' }, defaults.durationNs);

describe('prepareRun', () => {
  it('makes a request of the options', async () => {
    const { request, warnings } = await run({ dest: 'http://127.0.0.1/x', conn: '1k', seed: '7', setupTime: '2s' });
    expect(request).toMatchObject({
      ...plugins,
      smp: 1,
      seed: 7n,
      dest: 'http://127.0.0.1/x',
      target: { host: '127.0.0.1', port: 80, path: '/x' },
      endpoints: [{ address: '127.0.0.1', port: 80 }],
      connections: 1000,
      durationNs: 10e9,
      setupTimeNs: 2e9,
      sources: [],
      thresholds: [],
      optionsForReport: { some: 'option', duration: '10s' },
    });
    expect(request.cpus).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('draws a seed when none is given', async () => {
    const [a, b] = await Promise.all([run({ dest: '127.0.0.1' }), run({ dest: '127.0.0.1' })]);
    expect(a.request.seed).not.toBe(b.request.seed);
  });

  it('warns of workers that share a core', async () => {
    const { request, warnings } = await run({ dest: '127.0.0.1', smp: '1000', conn: '1000' });
    expect(request).not.toHaveProperty('cpus');
    expect(warnings[0]).toMatch(/^1000 workers share \d+ cores?, so none is pinned/);
  });

  it('lasts as long as it is told to', async () => {
    const { request } = await run({ dest: '127.0.0.1', duration: '0' });
    expect(request).toMatchObject({ durationNs: 0, optionsForReport: { duration: '0' } });
  });

  it('ramps rates by departures, and connections in use by stages of their own', async () => {
    const { request: rate } = await run({ dest: '127.0.0.1', stage: '1s:5' });
    expect(rate).toMatchObject({ departures: { stages: [{ to: 0 }, { durationNs: 1e9, from: 0, to: 5 }] } });
    expect(rate).not.toHaveProperty('connectionStages');
    const { request: connections } = await run({ dest: '127.0.0.1', stage: '1s:conn=5' });
    expect(connections).toMatchObject({ connectionStages: [{ durationNs: 1e9, from: 0, to: 5 }] });
    expect(connections).not.toHaveProperty('departures');
  });

  it.each([
    [{}, 'no target is given: use --dest HOST:PORT or --dest http://HOST:PORT/'],
    [{ dest: '127.0.0.1', arrival: 'poisson' }, /^--arrival poisson needs --rate/],
    [{ dest: '127.0.0.1', conn: '5', stage: '1s:conn=6' }, /^--stage puts 6 connections to use, but there are 5/],
    [{ dest: '127.0.0.1', conn: '1', smp: '2' }, '--conn 1 is fewer than --smp 2: each worker needs a connection'],
    [{ dest: '127.0.0.1', threshold: ['latency<'] }, /^--threshold 'latency<' /],
    [{ dest: '127.0.0.1', source: 'x' }, /^--source: "x"/],
    [{ dest: '127.0.0.1', cpus: '4095' }, /^--cpus names core 4095/],
  ])('refuses %j', async (values, message) => {
    await expect(run(values)).rejects.toThrow(message);
    await expect(run(values)).rejects.toMatchObject({ code: 'MCC_ERR_USAGE', exitCode: 2 });
  });

  it('takes the target of the family of the sources', async () => {
    await expect(run({ dest: '127.0.0.1', source: '::1' })).rejects.toMatchObject({ code: 'MCC_ERR_RESOLVE' });
    const { request } = await run({ dest: '127.0.0.1', source: '127.0.0.1-127.0.0.8' });
    expect(request.sources).toEqual([['127.0.0.1', '127.0.0.8']]);
  });

  it('wants a port when the protocol has none', async () => {
    await expect(run({ dest: '127.0.0.1' }, { ...plugins, protocol: loaded() })).rejects.toThrow(/names no port/);
  });
});

describe('prepareServe', () => {
  const serve = (values: Record<string, unknown>) =>
    prepareServe(serveOptions(defaults).parse(values), plugins, {}, 500);

  it('listens on 127.0.0.1:8080 unless told otherwise', async () => {
    expect((await serve({})).request).toMatchObject({
      endpoints: [{ address: '127.0.0.1', port: 8080 }],
      connections: 500,
    });
    expect((await serve({ listen: ['127.0.0.1', '[::1]:81'], conn: '9' })).request).toMatchObject({
      endpoints: [
        { address: '127.0.0.1', port: 8080 },
        { address: '::1', port: 81 },
      ],
      connections: 9,
    });
  });

  it('listens where the stack says, when nobody else does', async () => {
    const stack = { ...plugins.stack, plugin: { ...plugins.stack.plugin, defaultListen: '0.0.0.0:81' } };
    const prepare = (values: object) =>
      prepareServe(serveOptions(defaults).parse(values), { ...plugins, stack }, {}, 500);
    expect((await prepare({})).request.endpoints).toEqual([{ address: '0.0.0.0', port: 81 }]);
    expect((await prepare({ listen: '127.0.0.1' })).request.endpoints).toEqual([{ address: '127.0.0.1', port: 8080 }]);
  });

  it('makes a number of port 0, for every worker listens on it', async () => {
    const { request } = await serve({ listen: '127.0.0.1:0' });
    expect(request.endpoints[0]?.port).toBeGreaterThan(0);
  });

  it('says when an address is not ours', async () => {
    await expect(serve({ listen: '198.51.100.1:0' })).rejects.toMatchObject({ code: 'MCC_ERR_LISTEN' });
  });
});
