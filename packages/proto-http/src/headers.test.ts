import { describe, expect, it } from 'vitest';
import { BODY_LENGTH, parseHeader, requestHeaders, type HeaderContext } from './headers.js';

const CONTEXT: HeaderContext = {
  flag: '--http.header',
  host: 'h:8080',
  userAgent: 'mcc/1',
  keepalive: true,
  bodyBytes: 0,
  announceEmptyBody: false,
};

function headersOf(lines: readonly string[], context: Partial<HeaderContext> = {}) {
  return requestHeaders(
    lines.map((line) => parseHeader(line)),
    { ...CONTEXT, ...context },
  );
}

describe('parseHeader', () => {
  it.each([
    ['A: b', ['A', 'b']],
    ['A:b', ['A', 'b']],
    ['A: \t b c\t ', ['A', 'b c']],
    ['A:', ['A', '']],
    ['Accept: text/html, text/plain', ['Accept', 'text/html, text/plain']],
    ['Referer: http://host:80/', ['Referer', 'http://host:80/']],
    ['X: grün', ['X', 'grün']],
  ])('reads %j', (line, header) => {
    expect(parseHeader(line)).toEqual(header);
  });

  it.each([
    ['A: b\r\nC: d', 'contains a line break; give each header by itself'],
    ['A: b\n', 'contains a line break'],
    ['A\r: b', 'contains a line break'],
    ['A', "does not start with a header name and a colon; write it as 'Name: value'"],
    ['', 'does not start with a header name'],
    [': b', 'does not start with a header name'],
    ['A : b', 'does not start with a header name'],
    [' A: b', 'does not start with a header name'],
    ['Ä: b', 'does not start with a header name'],
    ['A: b\0', 'contains a control character'],
    ['A: \x7f', 'contains a control character'],
  ])('refuses %j', (line, sentence) => {
    expect(() => parseHeader(line)).toThrow(sentence);
  });
});

describe('requestHeaders', () => {
  it('starts with the defaults', () => {
    expect(headersOf([])).toEqual([
      ['Host', 'h:8080'],
      ['User-Agent', 'mcc/1'],
    ]);
    expect(headersOf([], { keepalive: false, bodyBytes: 5 })).toEqual([
      ['Host', 'h:8080'],
      ['User-Agent', 'mcc/1'],
      ['Content-Length', '5'],
      ['Connection', 'close'],
    ]);
    expect(headersOf([], { announceEmptyBody: true })).toContainEqual(['Content-Length', '0']);
  });

  it('lets the given ones replace them, whatever their case, and keeps repeated ones in order', () => {
    expect(
      headersOf(['Cookie: a', 'user-agent: me', 'COOKIE: b', 'hOST: other', 'content-length: 5'], { bodyBytes: 5 }),
    ).toEqual([
      ['Host', 'other'],
      ['Cookie', 'a'],
      ['user-agent', 'me'],
      ['COOKIE', 'b'],
      ['content-length', '5'],
    ]);
    expect(headersOf(['Host:'])).toContainEqual(['Host', '']);
    expect(headersOf(['Connection: keep-alive, TE'])).toContainEqual(['Connection', 'keep-alive, TE']);
    expect(headersOf(['connection: Close'], { keepalive: false })).not.toContainEqual(['Connection', 'close']);
  });

  it('lets a header have a placeholder, and announces a body whose length varies', () => {
    expect(headersOf(['Host: {{csv:host}}:8080', 'X: {{counter}}'], { bodyBytes: undefined })).toEqual([
      ['Host', '{{csv:host}}:8080'],
      ['User-Agent', 'mcc/1'],
      ['Content-Length', BODY_LENGTH],
      ['X', '{{counter}}'],
    ]);
  });

  it.each([
    [['Content-Length: 4'], { bodyBytes: 5 }, 'gives Content-Length 4, but the body has 5 bytes; leave it out'],
    [['Content-Length: 5', 'content-length: 5'], { bodyBytes: 5 }, 'gives Content-Length 5 and 5'],
    [['Content-Length: +5'], { bodyBytes: 5 }, 'gives Content-Length +5'],
    [['Content-Length: 3'], {}, 'but the body has 0 bytes'],
    [['transfer-encoding: chunked'], { bodyBytes: 5 }, 'gives Transfer-Encoding, but the body is sent as it is'],
    [['Content-Length: 5'], { bodyBytes: undefined }, 'but the length of the body varies; leave it out'],
    [['Connection: {{csv:x}}'], {}, 'gives Connection a placeholder; write out its value'],
    [['Host: a {{csv:x}}'], {}, 'gives the invalid Host'],
    [['Host: a', 'host: b'], {}, 'gives Host more than once; give it once'],
    [['Host: a b'], {}, 'gives the invalid Host "a b"'],
    [['Host: a/b'], {}, 'gives the invalid Host "a/b"'],
    [['Connection: TE, Close'], {}, 'against --http.keepalive true; use --http.keepalive false instead'],
    [['Connection: keep-alive'], { keepalive: false }, 'use --http.keepalive true instead'],
    [['Connection: Upgrade', 'Upgrade: websocket'], {}, 'asks to upgrade the connection; leave it out'],
  ])('refuses %j with %j', (lines, context, sentence) => {
    expect(() => headersOf(lines, context)).toThrow(sentence);
    expect(() => headersOf(lines, context)).toThrow('--http.header');
  });
});
