import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { optionsOf } from './options.fixture.js';
import { serverProgram } from './server.js';

function textOf(given: Readonly<Record<string, unknown>>) {
  return serverProgram(optionsOf(given)).messages.map(({ bytes }) => Buffer.from(bytes).toString());
}

describe('serverProgram', () => {
  it('answers each request, and closes after the last', () => {
    const program = serverProgram(optionsOf());
    expect(program.role).toBe('server');
    expect(program.steps).toEqual([
      { kind: 'expect', framing: { kind: 'http1' } },
      { kind: 'answer', messages: [0, 1, 2, 3] },
      { kind: 'close', when: 'last' },
      { kind: 'repeat', from: 0 },
    ]);
    expect(structuredClone(program)).toEqual(program);
  });

  it('has an answer for GET and for HEAD, each kept alive and last', () => {
    const head = (connection: string) =>
      'HTTP/1.1 200 OK\r\nServer: mcc\r\nContent-Type: text/plain\r\n' +
      `Content-Length: 8\r\nConnection: ${connection}\r\n\r\n`;
    expect(textOf({ bodySize: 8 })).toEqual([
      `${head('keep-alive')}Load has`,
      head('keep-alive'),
      `${head('close')}Load has`,
      head('close'),
    ]);
  });

  it.each([
    [{}, 1024],
    [{ bodySize: '0' }, 0],
    [{ bodySize: '1m' }, 1024 * 1024],
  ])('answers %j with so many bytes', (given, bytes) => {
    const [message] = textOf(given);
    expect(message).toContain(`\r\nContent-Length: ${bytes}\r\n`);
    expect(message!.slice(message!.indexOf('\r\n\r\n') + 4)).toHaveLength(bytes);
  });

  it('answers with a file', () => {
    const [message] = textOf({ bodyFile: fileURLToPath(new URL('../package.json', import.meta.url)) });
    expect(message).toContain('\r\nContent-Type: application/octet-stream\r\n');
    expect(message).toContain('"name": "@mcc/proto-http"');
  });

  it.each([
    [{ bodySize: 5, bodyFile: '/dev/null' }, '--http.body-size and --http.body-file both give the body'],
    [{ bodyFile: '/nonexistent' }, '--http.body-file /nonexistent: there is no such file; check the path'],
  ])('refuses %j', (given, sentence) => {
    expect(() => serverProgram(optionsOf(given))).toThrow(sentence);
  });
});
