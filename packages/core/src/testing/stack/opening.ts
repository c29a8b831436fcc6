import { expect, it } from 'vitest';
import { ECHO, exchange, IDLE, noise } from './programs.js';
import type { Rig } from './rig.js';

const FEW = 20;
const MANY = 2000;

/** How connections come to stand, or not. */
export function testOpening(make: () => Promise<Rig>): void {
  it('connects', async () => {
    const rig = await make();
    const { server, client } = rig.join(IDLE, IDLE, { sessions: FEW });
    expect([client.errors(), server.errors()]).toEqual([{}, {}]);
    for (const end of [server, client]) {
      expect(end.counter('open')).toBe(FEW);
      expect(end.counter('peak')).toBe(FEW);
    }
    for (const name of ['unstarted', 'connecting', 'connectFailed', 'reconnected'] as const) {
      expect(client.counter(name), name).toBe(0);
    }
    expect(client.counter('attempted')).toBe(FEW);
    expect(client.stats.histogram('connect').count).toBe(FEW);
    expect(BigInt(client.counter('lastSetupNs'))).toBeLessThanOrEqual(process.hrtime.bigint());
  });

  it('is refused, and says so', async () => {
    const rig = await make();
    rig.open('server', IDLE);
    const client = rig.open('client', IDLE, { sessions: FEW, at: rig.network.refusing });
    rig.until('all were refused', () => client.counter('connectFailed') === FEW);
    expect(client.errors()).toEqual({ MCC_ERR_CONNECT_REFUSED: FEW });
    expect(client.counter('established')).toBe(0);
    expect(client.counter('connecting')).toBe(0);
  });

  it('gives an attempt up when its time is over', async () => {
    const rig = await make();
    rig.open('server', IDLE);
    const begun = performance.now();
    const client = rig.open('client', IDLE, { sessions: FEW, at: rig.network.silent, connectTimeoutNs: 200e6 });
    rig.until('all were given up', () => client.counter('connectFailed') === FEW);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(200);
    expect(client.errors()).toEqual({ MCC_ERR_CONNECT_TIMEOUT: FEW });
    expect(client.counter('established')).toBe(0);
    expect(client.counter('connecting')).toBe(0);
  });

  it(`holds ${MANY} connections, each of which has its answer`, async () => {
    const rig = await make();
    const { server, client } = rig.join(ECHO, exchange(noise(64)), { sessions: MANY });
    expect(client.counter('open')).toBe(MANY);
    rig.go(client);
    rig.until('all have ended', () => client.counter('active') === 0 && server.counter('open') === 0);
    expect(client.counter('requestsCompleted')).toBe(MANY);
    expect([client.errors(), server.errors()]).toEqual([{}, {}]);
  });

  it('connects again and again', async () => {
    const rig = await make();
    const program = exchange(noise(64), { kind: 'close' }, { kind: 'repeat', from: 0, times: 19 });
    // At the server a connection may still be on its way out when the next arrives.
    const { server, client } = rig.join(ECHO, program, { sessions: FEW, server: { sessions: 2 * FEW } });
    rig.go(client);
    rig.until('all have ended', () => client.counter('active') === 0 && server.counter('open') === 0);
    expect(client.counter('requestsCompleted')).toBe(FEW * 20);
    expect(client.counter('established')).toBe(FEW * 20);
    expect(client.counter('reconnected')).toBe(FEW * 19);
    expect(server.counter('established')).toBe(FEW * 20);
    expect([client.errors(), server.errors()]).toEqual([{}, {}]);
  });

  it('accepts no more at one time than its sessions, and the others when it has room', async () => {
    const rig = await make();
    const server = rig.open('server', ECHO, { sessions: FEW / 2 });
    const client = rig.open('client', exchange(noise(64)), { sessions: FEW });
    rig.until('some connections stand', () => server.counter('open') === FEW / 2);
    rig.go(client);
    rig.until('all have ended', () => client.counter('active') === 0);
    expect(client.counter('requestsCompleted')).toBe(FEW);
    expect(server.counter('established')).toBe(FEW);
    expect(server.counter('peak')).toBe(FEW / 2);
  });
}
