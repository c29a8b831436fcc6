import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMMAND, EVENT } from '../../contracts/batch.js';
import { ECHO, exchange, HANDLER, IDLE, noise, reply, sha256, tell } from './programs.js';
import type { Rig } from './rig.js';

const FEW = 20;
const ANSWER = noise(1 << 20);

/** How connections end, one by one and all at once. */
export function testEnding(make: () => Promise<Rig>): void {
  it('half-closed by the client: the answer still leaves whole', async () => {
    const rig = await make();
    const question = noise(64);
    const { server, client } = rig.join(reply(64, ANSWER), tell(question, { kind: 'close' }), { sessions: FEW });
    rig.go(client);
    rig.until('all have ended', () => client.counter('active') === 0 && server.counter('open') === 0);
    expect(server.counter('bytesReceived')).toBe(FEW * question.length);
    expect(server.counter('requestsCompleted')).toBe(FEW);
    expect(server.counter('bytesSent')).toBe(FEW * ANSWER.length);
    expect([client.errors(), server.errors()]).toEqual([{}, {}]);
  });

  it('half-closed by the server: what it sent before arrives before the end', async () => {
    const rig = await make();
    const heard: Uint8Array[] = [];
    const ended: number[] = [];
    const { server, client } = rig.join(
      reply(64, ANSWER, { kind: 'close' }),
      {
        messages: [{ bytes: noise(64) }],
        steps: [{ kind: 'send', message: 0 }, { kind: 'expect', framing: { kind: 'none' } }, { kind: 'handler' }],
      },
      {
        client: {
          onEvent({ op, code, bytes }) {
            if (ended.length > 0) return;
            if (op === EVENT.data) heard.push(bytes.slice());
            if (op === EVENT.closed) ended.push(code);
          },
        },
      },
    );
    rig.go(client);
    rig.until('the client was told', () => ended.length > 0);
    expect(ended).toEqual([1]);
    expect(sha256(Buffer.concat(heard))).toBe(sha256(ANSWER));
    expect([client.errors(), server.errors()]).toEqual([{}, {}]);
    expect(client.counter('closedByPeer')).toBeGreaterThan(0);
  });

  it('a drain awaits what is under way, and closes in order', async () => {
    const rig = await make();
    const { server, client } = rig.join(ECHO, exchange(ANSWER, { kind: 'repeat', from: 0 }), { sessions: FEW });
    rig.go(client);
    rig.until('requests are under way', () => client.counter('inFlight') === FEW);
    client.order(COMMAND.drain);
    rig.until('all have ended', () => client.counter('active') === 0 && server.counter('open') === 0);
    expect(client.counter('requestsCompleted')).toBe(client.counter('requestsSent'));
    expect(client.counter('requestsFailed')).toBe(0);
    expect(server.counter('closedByPeer')).toBe(FEW);
    expect([client.errors(), server.errors()]).toEqual([{}, {}]);
  });

  it('a server that drains takes nobody new, and lets those go that it has', async () => {
    const rig = await make();
    const { server, client } = rig.join(ECHO, IDLE, { sessions: FEW });
    server.order(COMMAND.drain);
    rig.until('the client was left', () => client.counter('closedByPeer') === FEW);
    rig.until('all have ended', () => server.counter('active') === 0 && client.counter('open') === 0);
    expect([client.errors(), server.errors()]).toEqual([{}, {}]);
    rig.close(client);
    const later = rig.open('client', IDLE, { connectTimeoutNs: 300e6 });
    rig.until('the next one failed', () => later.counter('connectFailed') === 1);
    expect(server.counter('established')).toBe(FEW);
  });

  for (const [who, other] of [
    ['client', 'server'],
    ['server', 'client'],
  ] as const) {
    it(`reset by the ${who}: the ${other} learns that it was no orderly end`, async () => {
      const rig = await make();
      const ends = rig.join(reply(128, noise(64)), exchange(noise(64)), { sessions: FEW });
      rig.go(ends.client);
      rig.until('half a request is there', () => ends.server.counter('bytesReceived') === FEW * 64);
      ends[who].order(COMMAND.abort);
      rig.until('nothing stands', () => ends.server.counter('open') + ends.client.counter('open') === 0);
      rig.until('who resets is done', () => ends[who].counter('active') === 0);
      expect(ends[other].error('MCC_ERR_CONNECTION_RESET')).toBe(FEW);
      expect(ends.client.counter('requestsFailed')).toBe(FEW);
      expect(ends.client.counter('inFlight')).toBe(0);
    });
  }

  for (const who of ['client', 'server'] as const) {
    it(`close() of the ${who} ends every connection that stands, and is harmless twice`, async () => {
      const rig = await make();
      const ends = rig.join(HANDLER, HANDLER, { sessions: FEW });
      const other = ends[who === 'client' ? 'server' : 'client'];
      rig.close(ends[who]);
      expect(() => ends[who].port.close()).not.toThrow();
      rig.until('the other end knows', () => other.counter('open') === 0);
    });
  }

  it('close() releases everything: the next pair starts at once at the same place', async () => {
    const rig = await make();
    const files: number[] = [];
    for (let round = 0; round < 5; round++) {
      const { server, client } = rig.join(ECHO, exchange(noise(64), { kind: 'repeat', from: 0 }), { sessions: FEW });
      rig.go(client);
      rig.until('there was an answer', () => client.counter('requestsCompleted') > FEW);
      expect(client.errors()).toEqual({});
      // Either may be the first to go.
      for (const end of round % 2 === 0 ? [client, server] : [server, client]) rig.close(end);
      files.push(readdirSync('/proc/self/fd').length);
    }
    // What the first round opened for good, the process had to open once.
    expect(new Set(files.slice(1)).size, `open files: ${files.join(', ')}`).toBe(1);
  });
}
