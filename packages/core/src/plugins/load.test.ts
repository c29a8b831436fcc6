import { afterAll, describe, expect, it } from 'vitest';
import type { PluginKind } from '../contracts/plugin.js';
import { Fixture, pluginModule } from './fixture.js';
import { importPlugin } from './load.js';

const fixture = new Fixture();
afterAll(() => fixture.remove());

const modules = 'home/node_modules';
fixture.plugin(`${modules}/@mcc/proto-both`, 'protocol', 'both');
fixture.plugin(`${modules}/mcc-proto-both`, 'protocol', 'unreached');
fixture.plugin(`${modules}/mcc-proto-plain`, 'protocol', 'plain');
fixture.plugin(`${modules}/@me/mcc-proto-scoped`, 'protocol', 'scoped');
fixture.plugin(`${modules}/whatever`, 'protocol', 'named');
fixture.plugin('project/node_modules/mcc-proto-plain', 'protocol', 'plain', { version: '9.0.0' });
fixture.plugin(`${modules}/mcc-stack-odd`, 'protocol', 'odd');
fixture.plugin(`${modules}/mcc-proto-old`, 'protocol', 'old', {
  mcc: { kind: 'protocol', name: 'old', apiVersion: 7 },
});
fixture.plugin(`${modules}/mcc-proto-lies`, 'protocol', 'lies', {}, pluginModule('protocol', 'lies', 3));
fixture.plugin(`${modules}/mcc-proto-throws`, 'protocol', 'throws', {}, "throw new Error('first line\\nsecond line')");
fixture.plugin(`${modules}/mcc-proto-empty`, 'protocol', 'empty', {}, 'export const nothing = 1;');
fixture.plugin(`${modules}/mcc-proto-badname`, 'protocol', 'badname', {}, pluginModule('protocol', 'Bad Name'));
fixture.plugin(`${modules}/mcc-proto-unbuilt`, 'protocol', 'unbuilt', { exports: './dist/none.js' });
fixture.plugin(`${modules}/mcc-proto-sealed`, 'protocol', 'sealed', { exports: {} });
fixture.write({
  [`${modules}/yaml/package.json`]: { name: 'yaml', version: '1.0.0', main: 'index.js' },
  'project/own.mjs': pluginModule('protocol', 'own'),
  'project/empty/.keep': '',
});
fixture.plugin('project/folder', 'reporter', 'folder', { name: 'my-folder' });

const places = { cwd: `${fixture.root}/project`, home: `${fixture.root}/home/dist` };
const load = (spec: string, kind: PluginKind = 'protocol') => importPlugin(kind, spec, places);

describe('importPlugin finds', () => {
  it.each<[string, PluginKind, string, string]>([
    ['both', 'protocol', '@mcc/proto-both', '1.2.3'],
    ['mcc-proto-both', 'protocol', 'mcc-proto-both', '1.2.3'],
    ['plain', 'protocol', 'mcc-proto-plain', '9.0.0'],
    ['@me/scoped', 'protocol', '@me/mcc-proto-scoped', '1.2.3'],
    ['@me/mcc-proto-scoped', 'protocol', '@me/mcc-proto-scoped', '1.2.3'],
    ['@mcc/proto-both', 'protocol', '@mcc/proto-both', '1.2.3'],
    ['whatever', 'protocol', 'whatever', '1.2.3'],
    ['./own.mjs', 'protocol', './own.mjs', '0.0.0'],
    ['./folder', 'reporter', 'my-folder', '1.2.3'],
    ['./folder/lib/plugin.js', 'reporter', 'my-folder', '1.2.3'],
  ])('%s', async (spec, kind, packageName, packageVersion) => {
    expect(await load(spec, kind)).toMatchObject({ packageName, packageVersion, plugin: { kind } });
  });

  it('and gives the URL that a worker imports', async () => {
    const { url } = await load('./own.mjs');
    expect(url).toBe(`file://${places.cwd}/own.mjs`);
  });
});

describe('importPlugin refuses', () => {
  it.each<[string, PluginKind, string, RegExp]>([
    ['odd', 'stack', 'MCC_ERR_PLUGIN_INVALID', /^The plugin "odd" is a protocol, not a stack\.$/],
    [
      'old',
      'protocol',
      'MCC_ERR_PLUGIN_API_VERSION',
      /"old" was written for plugin interface 7, but this mcc has 1\.$/,
    ],
    ['lies', 'protocol', 'MCC_ERR_PLUGIN_API_VERSION', /written for plugin interface 3, but this mcc has 1/],
    ['throws', 'protocol', 'MCC_ERR_PLUGIN_INVALID', /^The plugin "throws" fails to load: first line\.$/],
    ['empty', 'protocol', 'MCC_ERR_PLUGIN_INVALID', /no default export made by definePlugin/],
    ['badname', 'protocol', 'MCC_ERR_PLUGIN_INVALID', /no default export made by definePlugin/],
    ['unbuilt', 'protocol', 'MCC_ERR_PLUGIN_INVALID', /no module to import: .*dist\/none\.js is missing/],
    ['sealed', 'protocol', 'MCC_ERR_PLUGIN_INVALID', /^The package mcc-proto-sealed has no module to import\.$/],
    ['./none.mjs', 'protocol', 'MCC_ERR_PLUGIN_NOT_FOUND', /^There is no protocol plugin at .*none\.mjs\.$/],
    ['./empty', 'protocol', 'MCC_ERR_PLUGIN_INVALID', /is a folder without a package\.json/],
    ['yaml', 'protocol', 'MCC_ERR_PLUGIN_NOT_FOUND', /"yaml" \(--proto\) is not installed\.$/],
    ['plian', 'protocol', 'MCC_ERR_PLUGIN_NOT_FOUND', /is not installed, did you mean plain\?$/],
  ])('%s', async (spec, kind, code, message) => {
    await expect(load(spec, kind)).rejects.toMatchObject({
      code,
      exitCode: 2,
      message: expect.stringMatching(message),
    });
  });

  it('one that misses a package, with the line that would bring that', async () => {
    fixture.write({ 'project/lonely.mjs': "import 'no-such-package';" });
    await expect(load('./lonely.mjs')).rejects.toMatchObject({
      code: 'MCC_ERR_PLUGIN_INVALID',
      remedy: 'Install what it imports in its own folder: npm install no-such-package',
    });
  });

  it('a missing one with the line that would bring it', async () => {
    await expect(load('mqtt')).rejects.toMatchObject({ remedy: 'To install it: npm install mcc-proto-mqtt' });
    await expect(load('@me/mqtt')).rejects.toMatchObject({ remedy: 'To install it: npm install @me/mcc-proto-mqtt' });
  });

  it.each(['a b; rm -rf x', '$(reboot)', 'Ünï', '@', 'a/../b'])('%s, but gives no line to type', async (spec) => {
    await expect(load(spec)).rejects.toMatchObject({
      code: 'MCC_ERR_PLUGIN_NOT_FOUND',
      remedy: expect.not.stringContaining('npm install'),
    });
  });
});
