import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { drive, serve } from './harness/mcc.js';

const FOLDER = fileURLToPath(new URL('../conf/', import.meta.url));

/** Each sample with the flags that make it small enough for a test. A heartbeat sends within its period. */
const SCALED: Readonly<Record<string, readonly string[]>> = {
  'http-closed.yaml': ['-d', '500ms', '--threshold', 'errors<0.1%'],
  'raw-idle.yaml': ['-c', '100', '-s', '200ms', '-d', '1s', '--raw.heartbeat', '500ms'],
  'raw-heartbeat.yaml': ['-c', '100', '-s', '200ms', '-d', '1s', '--raw.heartbeat', '500ms'],
};

test('each sample configuration is tested', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(SCALED).sort());
});

for (const [name, flags] of Object.entries(SCALED)) {
  test(`conf/${name} runs`, async () => {
    const proto = name.startsWith('http') ? 'http' : 'raw';
    const server = await serve(['--proto', proto]);
    const { code, report } = await drive(['--config', join(FOLDER, name), '--dest', server.address, ...flags]);
    expect(code).toBe(0);
    expect(report.run.protocol).toBe(proto);
    expect(report.errors).toEqual({});
    expect(report.requests.completed).toBeGreaterThan(90);
    expect(report.connections.peak).toBe(report.run.connections);
  });
}
