import { describe, expect, it } from 'vitest';
import { checkMethod, checkPath } from './request-line.js';

describe('checkMethod', () => {
  it.each(['GET', 'HEAD', 'POST', 'M-SEARCH', 'get'])('takes %s', (method) => {
    expect(checkMethod(method, '--http.method')).toBe(method);
  });

  it.each([
    ['', 'is not a token; use letters'],
    ['GET /', 'is not a token; use letters'],
    ['GET\r\n', '"GET\\r\\n" is not a token'],
    ['CONNECT', 'is no request for a resource; use another method'],
    ['TRACE', 'is no request for a resource; use another method'],
  ])('refuses %j', (method, sentence) => {
    expect(() => checkMethod(method, '--http.method')).toThrow(sentence);
    expect(() => checkMethod(method, 'x.jsonl:3: method')).toThrow('x.jsonl:3: method');
  });
});

describe('checkPath', () => {
  it.each(['/', '/a/b?c=d&e[]=%20', '/~x/|^{}"', '//'])('takes %s', (path) => {
    expect(checkPath(path, 'GET', '--http.path')).toBe(path);
  });

  it('takes * with OPTIONS', () => {
    expect(checkPath('*', 'OPTIONS', '--http.path')).toBe('*');
  });

  it.each([
    ['/a b', 'contains a space; percent-encode it as %20'],
    ['/a\r\nX: y', 'contains a control character; percent-encode it as %0D'],
    ['/\x7f', 'contains a control character; percent-encode it as %7F'],
    ['/ä', 'contains "ä"; percent-encode it as %C3%A4'],
    ['/😀', 'contains "😀"; percent-encode it as %F0%9F%98%80'],
    ['/a#b', 'contains a #; leave out the fragment'],
    ['a', 'does not start with /'],
    ['', 'does not start with /'],
    ['http://host/', 'and the host with --dest'],
    ['*', 'does not start with /'],
  ])('refuses %j', (path, sentence) => {
    expect(() => checkPath(path, 'GET', '--dest')).toThrow(sentence);
    expect(() => checkPath(path, 'GET', '--dest')).toThrow('--dest');
  });
});
