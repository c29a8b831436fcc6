import { expect, it } from 'vitest';
import { API_VERSION, type Plugin, type PluginKind } from '../contracts/plugin.js';
import { describeOptions } from '../options/describe.js';

/** What holds for plugins of every kind. Call within a `describe`. */
export function testPlugin(plugin: Plugin, kind: PluginKind): void {
  it('is a plugin of this kind, for this version of the contracts', () => {
    expect(plugin.kind).toBe(kind);
    expect(plugin.apiVersion).toBe(API_VERSION);
    expect(plugin.name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(plugin.register).toBeTypeOf('function');
  });

  it('names its options so that they make flags', () => {
    for (const key of Object.keys(plugin.options.shape)) expect(key).toMatch(/^[a-z][a-zA-Z0-9]*$/);
  });

  it('describes its options, and takes one letter for an alias', () => {
    for (const { name, help, alias } of describeOptions(plugin.options, plugin.name)) {
      expect(help, `the description of --${name}`).not.toBe('');
      if (alias !== undefined) expect(alias, `the alias of --${name}`).toMatch(/^[a-zA-Z]$/);
    }
  });
}
