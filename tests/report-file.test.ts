import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mcc, serve, startMcc } from './harness/mcc.js';
import { assertReport } from './harness/schema.js';
import { tempDir } from './harness/temp.js';

const LOAD = ['-c', '2', '-d', '300ms'];

describe('the report is whole or absent', () => {
  test('whole, and stdout stays empty', async () => {
    const server = await serve(['--proto', 'http']);
    const out = join(tempDir(), 'report.json');
    const args = ['run', '--reporter', 'json', '--json.out', out, '--dest', server.address, ...LOAD];
    const { code, stdout } = await mcc(args);
    expect(code).toBe(0);
    expect(stdout).toBe('');
    assertReport(JSON.parse(readFileSync(out, 'utf8')));
  });

  test('absent when the folder is missing, and the run does not start', async () => {
    const args = ['run', '--reporter', 'json', '--json.out', '/nowhere/report.json', '--dest', '127.0.0.1:1', ...LOAD];
    const { code, stderr } = await mcc(args);
    expect(code).toBe(1);
    expect(stderr).toContain('MCC_ERR_OUTPUT');
    expect(stderr).not.toContain('MCC_ERR_CONNECT_REFUSED');
  });

  test('a device that is full', async () => {
    const server = await serve(['--proto', 'http']);
    const args = ['run', '--reporter', 'json', '--json.out', '/dev/full', '--dest', server.address, ...LOAD];
    const { code, stderr } = await mcc(args);
    expect(code).toBe(1);
    expect(stderr).toContain('MCC_ERR_OUTPUT');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('a disk that is full', async (context) => {
    context.skip(process.getuid?.() !== 0, 'a small file system of its own needs root');
    const server = await serve(['--proto', 'http']);
    const disk = tempDir();
    const out = join(disk, 'report.json');
    // A mount namespace of its own: the file system vanishes with the process. What is on it is listed at the end.
    const script = `mount -t tmpfs -o size=4k none ${disk} && { "$@"; code=$?; echo "left: $(ls ${disk})"; exit $code; }`;
    const args = ['run', '--reporter', 'json', '--json.out', out, '--dest', server.address, ...LOAD];
    const { code, stdout, stderr } = await mcc(args, { prefix: ['unshare', '--mount', 'sh', '-c', script, 'sh'] });
    expect(stderr).toContain('MCC_ERR_OUTPUT');
    expect(code).toBe(1);
    expect(stdout).toContain('left: \n');
  });

  test('an older report stays as it was when the process is killed', async () => {
    const server = await serve(['--proto', 'http']);
    const folder = tempDir();
    const out = join(folder, 'report.json');
    writeFileSync(out, '"older"');
    const args = [
      'run',
      '--reporter',
      'json,console',
      '--json.out',
      out,
      '--dest',
      server.address,
      '-c',
      '2',
      '-d',
      '60s',
    ];
    const running = startMcc(args);
    await running.waitFor(/req/);
    running.kill('SIGKILL');
    expect((await running.ended).signal).toBe('SIGKILL');
    expect(readFileSync(out, 'utf8')).toBe('"older"');
  });

  test('absent when the process is killed', async () => {
    const server = await serve(['--proto', 'http']);
    const folder = tempDir();
    const out = join(folder, 'report.json');
    const args = [
      'run',
      '--reporter',
      'json,console',
      '--json.out',
      out,
      '--dest',
      server.address,
      '-c',
      '2',
      '-d',
      '60s',
    ];
    const running = startMcc(args);
    await running.waitFor(/req/);
    running.kill('SIGKILL');
    await running.ended;
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.json'))).toEqual([]);
  });
});
