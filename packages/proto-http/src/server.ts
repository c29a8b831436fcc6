import type { Message, Program } from '@mcc/core';
import { message, readBodyFile } from './body.js';
import { httpOptions, type HttpOptions } from './options.js';
import { refuse } from './refuse.js';

const TEXT = 'Load has to be predictable before it can be heavy.\n';

/** Answers every request with the same 200, for as long as the client keeps the connection. */
export function serverProgram(options: HttpOptions): Program {
  return {
    role: 'server',
    messages: responses(options),
    steps: [
      { kind: 'expect', framing: { kind: 'http1' } },
      { kind: 'answer', messages: [0, 1, 2, 3] },
      { kind: 'close', when: 'last' },
      { kind: 'repeat', from: 0 },
    ],
  };
}

/** In the order of an `answer` step: GET, HEAD, then the same on the connection's last request. */
function responses({ bodySize, bodyFile }: HttpOptions): readonly Message[] {
  if (bodyFile !== undefined && bodySize !== httpOptions.parse({}).bodySize) {
    refuse('--http.body-size and --http.body-file both give the body', 'leave one of them out');
  }
  const body = bodyFile === undefined ? Buffer.alloc(bodySize, TEXT) : readBodyFile(bodyFile);
  const type = bodyFile === undefined ? 'text/plain' : 'application/octet-stream';
  // HTTP/1.0 clients such as ab only keep a connection that says so; in HTTP/1.1 it is redundant (RFC 9112 section 9.3).
  return ['keep-alive', 'close'].flatMap((connection) => {
    const head =
      'HTTP/1.1 200 OK\r\nServer: mcc\r\n' +
      `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: ${connection}\r\n\r\n`;
    return [{ bytes: message(head, body) }, { bytes: message(head, new Uint8Array()) }];
  });
}
