import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { EVENT } from '../../contracts/batch.js';
import type { Program } from '../../contracts/program.js';
import type { EventRecord } from './end.js';
import { ECHO, exchange, HANDLER, noise, reply, sha256, tell } from './programs.js';
import type { Rig } from './rig.js';

const MIB = 1 << 20;
const LARGE = noise(16 * MIB);

/** Hashes what each slot hears. */
function listener() {
  const hashes = new Map<number, { hash: ReturnType<typeof createHash>; bytes: number }>();
  return {
    bytes: (): number => [...hashes.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    digests: (): string[] => [...hashes.values()].map(({ hash }) => hash.copy().digest('hex')),
    onEvent({ op, slot, bytes }: EventRecord): void {
      if (op !== EVENT.data) return;
      const heard = hashes.get(slot) ?? { hash: createHash('sha256'), bytes: 0 };
      hashes.set(slot, heard);
      heard.hash.update(bytes);
      heard.bytes += bytes.length;
    },
  };
}

/** That every byte arrives, in order, however many there are and however slow the reader. */
export function testCarrying(make: () => Promise<Rig>): void {
  it('carries 16 MiB to the server', async () => {
    const rig = await make();
    const ear = listener();
    const { client } = rig.join(HANDLER, tell(LARGE), { server: { onEvent: ear.onEvent } });
    rig.go(client);
    rig.until('all has arrived', () => ear.bytes() >= LARGE.length);
    expect(ear.digests()).toEqual([sha256(LARGE)]);
    expect(client.counter('bytesSent')).toBe(LARGE.length);
  });

  it('carries 16 MiB to the client', async () => {
    const rig = await make();
    const ear = listener();
    const asking: Omit<Program, 'role'> = { ...tell(noise(64), { kind: 'handler' }) };
    const { server, client } = rig.join(reply(64, LARGE), asking, { client: { onEvent: ear.onEvent } });
    rig.go(client);
    rig.until('all has arrived', () => ear.bytes() >= LARGE.length);
    expect(ear.digests()).toEqual([sha256(LARGE)]);
    expect(server.counter('bytesSent')).toBe(LARGE.length);
    expect(client.counter('bytesReceived')).toBe(LARGE.length);
  });

  it('carries 2 MiB both ways at once, on each of 16 connections', async () => {
    const rig = await make();
    const bytes = noise(2 * MIB);
    const { server, client } = rig.join(ECHO, exchange(bytes), { sessions: 16 });
    rig.go(client);
    rig.until('all have ended', () => client.counter('active') === 0 && server.counter('open') === 0);
    expect([client.errors(), server.errors()]).toEqual([{}, {}]);
    expect(client.counter('requestsCompleted')).toBe(16);
    for (const end of [client, server]) {
      expect(end.counter('bytesSent')).toBe(16 * bytes.length);
      expect(end.counter('bytesReceived')).toBe(16 * bytes.length);
    }
  });

  it('keeps messages whole and in order, each with its own patches', async () => {
    const rig = await make();
    const heard: Uint8Array[] = [];
    const message = { bytes: new Uint8Array(100), patches: [{ kind: 'counter', offset: 96, width: 4 }] } as const;
    const steps = [...tell(message.bytes).steps, { kind: 'repeat', from: 0, times: 9_999 }] as const;
    const onEvent = ({ op, bytes }: EventRecord): void => void (op === EVENT.data && heard.push(bytes.slice()));
    const { client } = rig.join(HANDLER, { messages: [message], steps }, { server: { onEvent } });
    rig.go(client);
    rig.until('the client is done', () => client.counter('active') === 0);
    rig.until('all has arrived', () => heard.reduce((sum, { length }) => sum + length, 0) >= 1_000_000);
    const all = Buffer.concat(heard);
    const counters = Array.from({ length: 10_000 }, (_, i) => all.readUInt32BE(i * 100 + 96));
    expect(counters).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });

  it('waits for a peer that does not read, and then loses nothing', async () => {
    const rig = await make();
    const ear = listener();
    const { client } = rig.join(HANDLER, tell(LARGE), { server: { onEvent: ear.onEvent } });
    rig.go(client);
    rig.pass(300, [client]);
    expect(ear.bytes()).toBe(0);
    expect(client.errors()).toEqual({});
    rig.until('all has arrived', () => ear.bytes() >= LARGE.length);
    expect(ear.digests()).toEqual([sha256(LARGE)]);
  });

  it('gives up a peer that does not read when the time for a reply is over', async () => {
    const rig = await make();
    const { client } = rig.join(ECHO, exchange(LARGE), { client: { timeoutNs: 200e6 } });
    rig.go(client);
    rig.until('the request has failed', () => client.counter('requestsFailed') === 1, [client]);
    expect(client.errors()).toEqual({ MCC_ERR_REPLY_TIMEOUT: 1 });
    expect(client.counter('inFlight')).toBe(0);
  });

  it('a server does not read on for a client that does not read either', async () => {
    const rig = await make();
    const { server, client } = rig.join(ECHO, exchange(LARGE));
    rig.go(client);
    rig.until('the echo has begun', () => server.counter('bytesSent') > 0);
    rig.pass(200, [server]);
    const kept = server.counter('bytesReceived') - server.counter('bytesSent');
    expect(kept, 'what is kept of a connection').toBeLessThanOrEqual(MIB);
    expect(server.errors()).toEqual({});
    rig.until('the client is done', () => client.counter('requestsCompleted') === 1);
  });
}
