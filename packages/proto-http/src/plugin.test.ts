import 'reflect-metadata';
import { API_VERSION, PROTOCOL, type Protocol } from '@mcc/core';
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
});
