import { describe, expect, test } from 'vitest';
import { flag, stackOf, target } from './arguments.mjs';

describe('flag', () => {
  test.each([
    [['--dest', 'a:1'], 'a:1'],
    [['-c', '5', '--dest=a:1'], 'a:1'],
    [['--dest'], ''],
    [['--destination', 'a:1'], undefined],
    [[], undefined],
  ])('--dest of %j', (args, value) => {
    expect(flag(args, '--dest')).toBe(value);
  });

  test.each([[['-d', '5s']], [['-d5s']], [['--duration', '5s']], [['--duration=5s']]])('-d of %j', (args) => {
    expect(flag(args, '-d', '--duration')).toBe('5s');
  });
});

describe('target', () => {
  test.each([
    [['http://a/']],
    [['-c', '5', 'http://a/']],
    [['-c5', 'http://a/']],
    [['--conn=5', 'http://a/', '-d', '1s']],
    [['-d', '1s', '--', 'http://a/']],
    [['-d', '--', 'http://a/']],
  ])('is found in %j', (args) => {
    expect(target(args)).toBe('http://a/');
  });

  test.each([[[]], [['-c', '5']], [['--dest', 'http://a/']], [['--http.keepalive', 'false', '-d1s']], [['--']]])(
    'is not in %j',
    (args) => {
      expect(target(args)).toBeUndefined();
    },
  );
});

describe('stackOf', () => {
  test.each([
    [['--stack', 'mtcp', '-c', '5'], 'mtcp'],
    [['--network-stack=kernel'], 'kernel'],
    [['--kernel.io', 'epoll'], 'kernel'],
    [['-c', '5', '--mtcp.time-wait=10ms'], 'mtcp'],
    [['-c', '5'], undefined],
  ])('%j: %s', (args, stack) => {
    expect(stackOf(args)).toBe(stack);
  });
});
