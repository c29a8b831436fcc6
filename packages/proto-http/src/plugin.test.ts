import 'reflect-metadata';
import { API_VERSION, PROTOCOL, type Protocol } from '@mcc/core';
import { sampleDistribution } from '@mcc/core/testing';
import { container } from 'tsyringe';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import plugin from './index.js';
import { HttpProtocol } from './protocol.js';

describe('the plugin', () => {
  it('is what its package says', () => {
    expect(manifest.keywords).toContain('mcc-plugin');
    expect(manifest.mcc).toEqual({ kind: plugin.kind, name: plugin.name, apiVersion: plugin.apiVersion });
    expect(plugin.apiVersion).toBe(API_VERSION);
  });

  it('registers the protocol', () => {
    const child = container.createChildContainer();
    plugin.register(child);
    const protocol = child.resolve<Protocol>(PROTOCOL);
    expect(protocol).toBeInstanceOf(HttpProtocol);
    expect(protocol.name).toBe(plugin.name);
  });

  it('counts status codes and their classes', () => {
    const outcomes = new Map([
      [200, 5],
      [204, 1],
      [404, 2],
    ]);
    expect(new HttpProtocol().summarise(outcomes)).toEqual({
      http: { status: { '200': 5, '204': 1, '404': 2 }, classes: { '2xx': 6, '4xx': 2 } },
    });
    expect(new HttpProtocol().summarise(new Map())).toEqual({ http: { status: {}, classes: {} } });
  });

  it('gives each URL its figures, and each family of codes its latencies when there are several', () => {
    const figure = (count: number, name: string) => ({
      name,
      completed: count,
      failed: 0,
      latencyUs: sampleDistribution([count]),
    });
    const families = ['3xx', '4xx', '5xx', 'other'].map((name) => ({ name, completed: 0, failed: 0 }));
    const urls = [figure(5, '/a'), figure(3, '/b')];
    const classes = [...urls, families[0]!, figure(2, '4xx'), families[2]!, families[3]!];
    let outside: readonly number[] = [];
    const success = sampleDistribution([6]);
    const figures = {
      classes,
      latencyUsOutside: (indexes: readonly number[]) => {
        outside = indexes;
        return success;
      },
    };
    const { http } = new HttpProtocol().summarise(new Map(), figures) as { http: Record<string, unknown> };
    expect(http.urls).toEqual(urls);
    expect(http.statusLatencyUs).toEqual({ '2xx': success, '4xx': sampleDistribution([2]) });
    expect(outside).toEqual([2, 3, 4, 5]);
    const alone = new HttpProtocol().summarise(new Map(), { classes: families, latencyUsOutside: () => success });
    expect(alone).toEqual({ http: { status: {}, classes: {} } });
  });
});
