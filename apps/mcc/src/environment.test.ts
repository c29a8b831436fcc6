import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { defaultServeConnections, version } from './environment.js';

const folder = mkdtempSync(join(tmpdir(), 'mcc-environment-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['Max open files            1024                 20000                files', 19_744],
  ['Max open files            64                   64                   files', 1],
  ['Max open files            1024                 1048576000           files', 1_000_000],
  ['Max open files            1024                 unlimited            files', 1_000_000],
  ['Max processes             1                    1                    processes', 1_000_000],
])('%s: %d connections', (line, connections) => {
  writeFileSync(
    join(folder, 'limits'),
    `Limit                     Soft Limit           Hard Limit           Units\n${line}\n`,
  );
  expect(defaultServeConnections(join(folder, 'limits'))).toBe(connections);
});

it('has a default where there are no limits to read', () => {
  expect(defaultServeConnections(join(folder, 'none'))).toBe(1_000_000);
});

it('knows its version', () => expect(version()).toMatch(/^\d+\.\d+\.\d+/));
