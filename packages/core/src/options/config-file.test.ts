import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configOptions, peekConfig, readConfigFile } from './config-file.js';
import { describeOptions } from './describe.js';
import { count, list, text } from './schemas.js';

const folder = mkdtempSync(join(tmpdir(), 'mcc-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(yaml: string): string {
  const path = join(folder, `${files++}.yaml`);
  writeFileSync(path, yaml);
  return path;
}

const specs = [
  ...describeOptions(
    z.object({ conn: count(), setupTime: text(), stack: text().meta({ otherNames: ['network-stack'] }) }),
  ),
  ...describeOptions(z.object({ bodyFile: text(), header: list() }), 'http'),
];

async function read(yaml: string): Promise<Record<string, unknown>> {
  const options = configOptions(await readConfigFile(file(yaml)), specs);
  return Object.fromEntries([...options].map(([name, { value }]) => [name, value]));
}

describe('a configuration file', () => {
  it.each<[string, Record<string, unknown>]>([
    ['conn: 007', { conn: '007' }],
    ['setup-time: 10', { 'setup-time': '10' }],
    ['setupTime: 3s', { 'setup-time': '3s' }],
    ['network-stack: kernel', { stack: 'kernel' }],
    ['http:\n  body-file: a\n  header: [x, y]', { 'http.body-file': 'a', 'http.header': ['x', 'y'] }],
    ['http:\n  bodyFile: true', { 'http.body-file': 'true' }],
    ['http.body-file: no', { 'http.body-file': 'no' }],
    ['', {}],
    ['# nothing', {}],
  ])('%j', async (yaml, expected) => expect(await read(yaml)).toEqual(expected));

  it.each([
    ['con: 1', /^unknown option con in .*\.yaml, did you mean conn\?$/],
    ['http:\n  bodyfil: x', /^unknown option http\.bodyfil in .*, did you mean http\.body-file\?$/],
    ['raw:\n  length: 1', /^unknown option raw\.length in /],
    ['setupTime: 1\nsetup-time: 2', /^setup-time in .* is given twice$/],
    ['stack: a\nnetwork-stack: b', /^network-stack in .* is given twice$/],
    ['conn: 1\nconn: 2', /is not valid YAML: /],
    ['conn: [', /is not valid YAML: /],
    ['conn: 1\n---\nconn: 2', /^[^:]* holds several YAML documents; /],
    ['- conn', /must hold a map of options/],
    ['just text', /must hold a map of options/],
  ])('refuses %j', async (yaml, message) => {
    await expect(read(yaml)).rejects.toThrow(message);
    await expect(read(yaml)).rejects.toMatchObject({ code: 'MCC_ERR_USAGE', remedy: '' });
    await expect(read(yaml)).rejects.not.toThrow(/\n/);
  });

  it('must be there', async () => {
    await expect(readConfigFile(join(folder, 'none.yaml'))).rejects.toThrow(
      /^--config .*none\.yaml: there is no such file; check the path$/,
    );
  });

  it('can be asked for one option before the others are known', async () => {
    const config = await readConfigFile(file('network-stack: x\nfuture: y'));
    expect(peekConfig(config, 'stack', 'network-stack')).toBe('x');
    expect(peekConfig(config, 'proto')).toBeUndefined();
    expect(peekConfig(undefined, 'proto')).toBeUndefined();
  });
});
