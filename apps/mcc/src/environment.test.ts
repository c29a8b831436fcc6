import { expect, it, vi } from 'vitest';
import { pluginPlaces, version } from './environment.js';

it('knows its version', () => expect(version()).toMatch(/^\d+\.\d+\.\d+/));

it('looks for plugins from the working directory, then from its own place', () => {
  expect(pluginPlaces().cwd).toBe(process.cwd());
  expect(pluginPlaces().home).toMatch(/apps\/mcc\/(src|dist)$/);
});

it('says that the working directory is gone', () => {
  vi.spyOn(process, 'cwd').mockImplementationOnce(() => {
    throw new Error('ENOENT: no such file or directory, uv_cwd');
  });
  expect(pluginPlaces).toThrow('the working directory does not exist any more');
});
