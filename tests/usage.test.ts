import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { drive, mcc, serve } from './harness/mcc.js';

describe('what is wrong is said in a sentence', () => {
  const cases: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
    [['--dest', '127.0.0.1:1', '--conections', '5'], /--conections.*did you mean.*--connect-timeout|--conn/i],
    [['--dest', '127.0.0.1:1', '-c', 'many'], /many/],
    [['-c', '5'], /--dest/],
    [['serv'], /serve/],
    [['--dest', '127.0.0.1:1', '--http.header', 'X: a\nY: b'], /header/i],
    [['--dest', '127.0.0.1:1', '--http.body', 'x'], /body/i],
    [['--dest', '127.0.0.1:1', '--threshold', 'latency.p98<5ms'], /latency\.p98/],
    [['--dest', '127.0.0.1:1', '--config', '/nowhere.yaml'], /nowhere\.yaml/],
  ];
  for (const [args, sentence] of cases) {
    test(`mcc ${args.join(' ').replace('\n', '\\n')}`, async () => {
      const { code, stdout, stderr } = await mcc(args);
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(stdout).toBe('');
      expect(code).toBe(2);
    });
  }
});

describe('thresholds', () => {
  test('one that holds leaves the exit code alone, one that is crossed makes it 99', async () => {
    const server = await serve(['--proto', 'http']);
    const load = ['--dest', server.address, '-c', '2', '-d', '300ms'];
    const held = await drive([...load, '--threshold', 'latency.p99<10s']);
    expect(held.code).toBe(0);
    expect(held.report.thresholds).toMatchObject([{ passed: true }]);
    const crossed = await drive([...load, '--threshold', 'latency.p99<1ns', '--threshold', 'errors<1%']);
    expect(crossed.code).toBe(99);
    expect(crossed.report.thresholds).toMatchObject([{ passed: false }, { passed: true }]);
  });
});

describe('help', () => {
  const FLAG = /(?<![\w-])--[a-z][\w.-]*/g;
  const page = readFileSync(new URL('../docs/cli.md', import.meta.url), 'utf8');
  const documented = new Set(page.match(FLAG));

  test('every flag that mcc knows is in docs/cli.md', async () => {
    const helps = [
      ['run', '--help'],
      ['run', '--proto', 'raw', '--reporter', 'console,json', '--help'],
      ['serve', '--help'],
      ['serve', '--proto', 'raw', '--help'],
      ['doctor', '--help'],
    ];
    const known = new Set<string>();
    for (const args of helps) {
      const { code, stdout } = await mcc(args);
      expect(code).toBe(0);
      for (const flag of stdout.match(FLAG) ?? []) known.add(flag);
    }
    expect(known.size).toBeGreaterThan(30);
    expect([...known].filter((flag) => !documented.has(flag))).toEqual([]);
  });

  test('--version is that of the package', async () => {
    const { stdout } = await mcc(['--version']);
    expect(stdout).toMatch(/\d+\.\d+\.\d+/);
  });
});
