import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientProgram } from './client.js';
import { optionsOf, TARGET } from './options.fixture.js';
import { serverProgram } from './server.js';

/** What the other end of the wire makes of our bytes: Node's own HTTP/1.1 implementation. */

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const token = fc.string({ unit: fc.constantFrom(...TOKEN_CHARACTERS), minLength: 1, maxLength: 20 });
/** These have rules of their own, which headers.test.ts checks; Node answers Expect by itself. */
const SPECIAL = new Set([
  'host',
  'user-agent',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'expect',
]);
const headerName = token.filter((name) => !SPECIAL.has(name.toLowerCase()));
const headerValue = fc.string({ unit: fc.constantFrom(...Array.from(printable()), '\t', 'ä', '€'), maxLength: 40 });
const path = fc.string({ unit: fc.constantFrom(...Array.from(printable()).filter((c) => !' #'.includes(c))) });

function* printable(): Generator<string> {
  for (let code = 0x20; code < 0x7f; code++) yield String.fromCharCode(code);
}

describe('requests', () => {
  let server: Server;
  let received: { message: IncomingMessage; body: Buffer }[];
  let failed: Error[];

  beforeAll(async () => {
    server = createServer(async (message, response) => {
      received.push({ message, body: await buffer(message) });
      response.end();
    });
    server.on('clientError', (error, socket) => {
      failed.push(error);
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());

  /** Sends the bytes twice on one connection, so that the end of the first is seen to be where the second starts. */
  async function deliverTwice(bytes: Uint8Array): Promise<void> {
    received = [];
    failed = [];
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.end(Buffer.concat([bytes, bytes]));
    socket.resume();
    await once(socket, 'close');
  }

  it('are read as they were meant, for any valid method, path, headers and body', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
        path,
        fc.array(fc.tuple(headerName, headerValue), { maxLength: 8 }),
        fc.string({ maxLength: 200 }),
        async (method, path, headers, body) => {
          const options = optionsOf({
            method,
            path: `/${path}`,
            header: headers.map(([name, value]) => `${name}: ${value}`),
            body,
            allowBody: true,
          });
          await deliverTwice(clientProgram(options, TARGET).messages[0]!.bytes);
          expect(failed).toEqual([]);
          expect(received).toHaveLength(2);
          for (const { message, body: got } of received) {
            expect(message.method).toBe(method);
            expect(message.url).toBe(`/${path}`);
            expect(got.toString()).toBe(body);
            const pairs = pairsOf(message.rawHeaders);
            expect(pairs).toEqual(expect.arrayContaining([['Host', '198.18.0.1:8080']]));
            expect(pairs.filter(([name]) => !SPECIAL.has(name.toLowerCase()))).toEqual(
              headers.map(([name, value]) => [name, value.replace(/^[ \t]+|[ \t]+$/g, '')]),
            );
          }
        },
      ),
    );
  });

  it('are never more than one, whatever a header contains', async () => {
    const anything = fc.string({
      unit: fc.oneof(fc.constantFrom(...'\r\n: \0GET/'), fc.string({ minLength: 1, maxLength: 1 })),
    });
    await fc.assert(
      fc.asyncProperty(anything, anything, async (header, path) => {
        const options = optionsOf({ header: [`X:${header}`], path: `/${path}` });
        let bytes: Uint8Array;
        try {
          bytes = clientProgram(options, TARGET).messages[0]!.bytes;
        } catch (error) {
          expect(error).toMatchObject({ code: 'MCC_ERR_USAGE' });
          return;
        }
        await deliverTwice(bytes);
        expect(failed).toEqual([]);
        expect(received).toHaveLength(2);
      }),
      { numRuns: 300 },
    );
  });
});

describe('responses', () => {
  it.each([
    ['GET', true],
    ['HEAD', true],
    ['GET', false],
    ['HEAD', false],
  ])('to %s are read to their end, keep-alive %s', async (method, keepAlive) => {
    const [server, agent] = [createTcpServer(), new Agent({ keepAlive, maxSockets: 1 })];
    let answer = new Uint8Array();
    let connections = 0;
    server.on('connection', (socket) => {
      connections++;
      socket.on('data', () => void (keepAlive ? socket.write(answer) : socket.end(answer)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 100_000 }), async (bodySize) => {
        const index = (method === 'HEAD' ? 1 : 0) + (keepAlive ? 0 : 2);
        answer = Uint8Array.from(serverProgram(optionsOf({ bodySize })).messages[index]!.bytes);
        const outgoing = request({ host: '127.0.0.1', port, method, agent }).end();
        const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
        const body = await buffer(response);
        expect(response.statusCode).toBe(200);
        expect(response.complete).toBe(true);
        expect(response.headers['content-length']).toBe(String(bodySize));
        expect(response.headers.connection).toBe(keepAlive ? 'keep-alive' : 'close');
        expect(body).toHaveLength(method === 'HEAD' ? 0 : bodySize);
      }),
      { numRuns: 25 },
    );
    if (keepAlive) expect(connections).toBe(1);
    agent.destroy();
    server.close();
  });
});

/** Name and value of each header, as UTF-8. */
function pairsOf(rawHeaders: readonly string[]): readonly [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    pairs.push([rawHeaders[at]!, Buffer.from(rawHeaders[at + 1]!, 'latin1').toString()]);
  }
  return pairs;
}
