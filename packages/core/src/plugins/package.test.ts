import { afterAll, describe, expect, it } from 'vitest';
import { Fixture } from './fixture.js';
import { enclosingPackage, entryOf, findPackage, nodeModulesAbove } from './package.js';

const fixture = new Fixture();
afterAll(() => fixture.remove());
fixture.write({
  'node_modules/outer/package.json': { name: 'outer' },
  'node_modules/broken/package.json': '{',
  'app/node_modules/inner/package.json': { name: 'inner' },
  'app/node_modules/outer/package.json': { name: 'outer', version: '2.0.0' },
  'app/src/deep/file.js': '',
  'app/package.json': { name: 'app' },
});
const deep = `${fixture.root}/app/src/deep`;

describe('looking up packages', () => {
  it('climbs, nearest first', () => {
    const modules = nodeModulesAbove(deep);
    expect(modules.slice(0, 2)).toEqual([`${fixture.root}/app/node_modules`, `${fixture.root}/node_modules`]);
    expect(findPackage('outer', deep)?.manifest.version).toBe('2.0.0');
    expect(findPackage('outer', fixture.root)?.manifest.version).toBeUndefined();
    expect(findPackage('inner', fixture.root)).toBeUndefined();
    expect(findPackage('broken', deep)).toBeUndefined();
  });

  it('knows the package around a file', () => {
    expect(enclosingPackage(`${deep}/file.js`)).toEqual({ folder: `${fixture.root}/app`, manifest: { name: 'app' } });
  });
});

describe('entryOf', () => {
  it.each([
    [{}, '/p/index.js'],
    [{ main: 'lib/a.js' }, '/p/lib/a.js'],
    [{ exports: './a.js', main: 'b.js' }, '/p/a.js'],
    [{ exports: { '.': './a.js' } }, '/p/a.js'],
    [{ exports: { '.': { types: './a.d.ts', default: './a.js' } } }, '/p/a.js'],
    [{ exports: { require: './a.cjs', import: './a.mjs' } }, '/p/a.mjs'],
    [{ exports: { browser: './b.js', node: { import: './n.js' }, default: './d.js' } }, '/p/n.js'],
    [{ exports: [{ require: './r.cjs' }, './a.js'] }, '/p/a.js'],
    [{ exports: { './other': './o.js' } }, undefined],
    [{ exports: { '.': null } }, undefined],
  ])('%j', (manifest, file) => expect(entryOf({ folder: '/p', manifest })).toBe(file));
});
