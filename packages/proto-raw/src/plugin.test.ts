import 'reflect-metadata';
import { API_VERSION, PROTOCOL, type Protocol } from '@mcc/core';
import { container } from 'tsyringe';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import plugin from './index.js';
import { RawProtocol } from './protocol.js';

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
    expect(protocol).toBeInstanceOf(RawProtocol);
    expect(protocol.name).toBe(plugin.name);
  });
});
