import { expect, it } from 'vitest';
import { pluginPlaces, version } from './environment.js';

it('knows its version', () => expect(version()).toMatch(/^\d+\.\d+\.\d+/));

it('looks for plugins from the working directory, then from its own place', () => {
  expect(pluginPlaces().cwd).toBe(process.cwd());
  expect(pluginPlaces().home).toMatch(/apps\/mcc\/(src|dist)$/);
});
