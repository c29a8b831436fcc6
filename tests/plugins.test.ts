import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drive, mcc, serve } from './harness/mcc.js';
import { copyExample, outsideFolder } from './harness/outsider.js';

const LOAD = ['-c', '4', '-d', '300ms'];

/** A reporter in one file, whose hooks are the given source text. */
const reporter = (hooks: string, plugin = ''): string => `
  import { definePlugin, REPORTER, z } from '@mcc/core';
  export default definePlugin({
    kind: 'reporter', name: 'mine', apiVersion: 1, options: z.object({}),
    register: (container) => container.register(REPORTER, { useValue: { name: 'mine', ${hooks} } }),
    ${plugin}
  });`;

/** One sentence on stderr, a remedy perhaps, no stack trace, exit 2. */
function expectRefusal(outcome: { code: number | undefined; stdout: string; stderr: string }, sentence: RegExp): void {
  expect(outcome.stderr).toMatch(sentence);
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
  expect(outcome.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  expect(outcome.stdout).toBe('');
  expect(outcome.code).toBe(2);
}

describe('a plugin fails alone', () => {
  for (const hook of ['onStart', 'onProgress', 'onInterval', 'onEnd']) {
    test(`a reporter that throws in ${hook} is named and dropped`, async () => {
      const server = await serve(['--proto', 'http']);
      const cwd = outsideFolder({ 'mine.mjs': reporter(`${hook}() { throw new Error('broken on purpose'); }`) });
      const args = ['--reporter', './mine.mjs,json', '--dest', server.address, '-c', '4', '-d', '500ms'];
      const { code, report, stderr } = await mcc([...args, '--interval', '100ms'], { cwd });
      expect(code).toBe(0);
      expect(report.requests.completed).toBeGreaterThan(0);
      expect(stderr).toMatch(/mine.*broken on purpose/);
      expect(stderr.match(/broken on purpose/g)).toHaveLength(1);
    });
  }

  test('one with another apiVersion is refused, with both versions named', async () => {
    const cwd = outsideFolder({ 'mine.mjs': reporter('', 'apiVersion: 7,') });
    const outcome = await mcc(['--reporter', './mine.mjs', '--dest', '127.0.0.1:1', ...LOAD], { cwd });
    expectRefusal(outcome, /interface 7.*has 1/);
  });

  test('one that is not installed names the command that brings it', async () => {
    const outcome = await mcc(['--proto', 'gopher', '--dest', '127.0.0.1:1', ...LOAD]);
    expectRefusal(outcome, /"gopher"[^]*npm install mcc-proto-gopher/);
  });

  test('one whose name is misspelt gets a suggestion', async () => {
    const outcome = await mcc(['--proto', 'htpp', '--dest', '127.0.0.1:1', ...LOAD]);
    expectRefusal(outcome, /did you mean "?http/i);
  });

  test('two that claim one letter are refused', async () => {
    const source = reporter('').replace(
      'z.object({})',
      "z.object({ tone: z.string().optional().meta({ alias: 't' }) })",
    );
    const cwd = outsideFolder({ 'mine.mjs': source });
    const outcome = await mcc(['--reporter', './mine.mjs', '--dest', '127.0.0.1:1', ...LOAD], { cwd });
    expectRefusal(outcome, /-t is claimed by the plugin \w+ and by the plugin \w+/);
  });

  test('one of another kind is refused', async () => {
    const cwd = outsideFolder({ 'mine.mjs': reporter('') });
    const outcome = await mcc(['--proto', './mine.mjs', '--dest', '127.0.0.1:1', ...LOAD], { cwd });
    expectRefusal(outcome, /is a reporter, not a protocol/);
  });

  test('one that does not load is refused', async () => {
    const cwd = outsideFolder({ 'mine.mjs': 'export default {' });
    const outcome = await mcc(['--proto', './mine.mjs', '--dest', '127.0.0.1:1', ...LOAD], { cwd });
    expectRefusal(outcome, /mine\.mjs/);
  });
});

describe('a protocol of somebody else, outside the repository', () => {
  for (const by of ['program', 'handlers']) {
    test(`runs by path, as ${by}`, async () => {
      const cwd = outsideFolder();
      copyExample('proto-ping', join(cwd, 'proto-ping'));
      const flags = ['--proto', './proto-ping', '--ping.by', by];
      const server = await serve(flags, { cwd });
      const { code, report } = await drive(['--dest', server.address, ...flags, ...LOAD], { cwd });
      expect(code).toBe(0);
      expect(report.run.protocol).toBe('ping');
      expect(report.errors).toEqual({});
      expect(report.requests.completed).toBeGreaterThan(100);
      expect(report.requests.sent).toBe(report.requests.completed);
      // "PING 00000000\n" and "PONG\n".
      expect(report.bytes.sent).toBe(14 * report.requests.sent);
      expect(report.bytes.received).toBe(5 * report.requests.completed);
      expect(report.latencyUs?.count).toBe(report.requests.completed);
    });

    test(`runs by package name, as ${by}`, async () => {
      const cwd = outsideFolder();
      copyExample('proto-ping', join(cwd, 'node_modules', 'mcc-proto-ping'));
      const flags = ['--proto', 'ping', '--ping.by', by];
      const server = await serve(flags, { cwd });
      const { code, report } = await drive(['--dest', server.address, ...flags, ...LOAD], { cwd });
      expect(code).toBe(0);
      expect(report.requests.completed).toBeGreaterThan(100);
      expect(report.errors).toEqual({});
    });
  }

  test('is listed by mcc plugins', async () => {
    const cwd = outsideFolder();
    copyExample('proto-ping', join(cwd, 'node_modules', 'mcc-proto-ping'));
    const { code, stdout } = await mcc(['plugins'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/protocol\s+ping\s+1\.0\.0\s+mcc-proto-ping/);
    for (const name of ['kernel', 'http', 'raw', 'console', 'json']) expect(stdout).toContain(name);
  });
});
