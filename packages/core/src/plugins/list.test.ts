import { afterAll, expect, it } from 'vitest';
import { Fixture } from './fixture.js';
import { listPlugins } from './list.js';

const fixture = new Fixture();
afterAll(() => fixture.remove());

it('lists plugins by their package.json, each package once and nearest first', () => {
  fixture.plugin('node_modules/mcc-stack-a', 'stack', 'a', {}, 'throw new Error("not to be loaded")');
  fixture.plugin('project/node_modules/mcc-stack-a', 'stack', 'a', { version: '2.0.0' });
  fixture.plugin('node_modules/@me/mcc-proto-b', 'protocol', 'b');
  fixture.plugin('node_modules/mcc-proto-nokeyword', 'protocol', 'c', { keywords: [] });
  fixture.write({ 'node_modules/other/package.json': { keywords: ['mcc-plugin'] }, 'node_modules/.bin/x': '' });
  expect(listPlugins([`${fixture.root}/project`, fixture.root])).toEqual([
    {
      kind: 'protocol',
      name: 'b',
      version: '1.2.3',
      packageName: '@me/mcc-proto-b',
      path: `${fixture.root}/node_modules/@me/mcc-proto-b`,
    },
    {
      kind: 'stack',
      name: 'a',
      version: '2.0.0',
      packageName: 'mcc-stack-a',
      path: `${fixture.root}/project/node_modules/mcc-stack-a`,
    },
  ]);
});
