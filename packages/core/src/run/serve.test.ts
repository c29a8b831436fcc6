import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Protocol } from '../contracts/protocol.js';
import { API_VERSION, definePlugin, PROTOCOL } from '../contracts/plugin.js';
import { bundleFixtures, type Bundle } from '../fixtures/bundle.js';
import { loaded, pingRequest, TestIo, type MemoryInput } from '../fixtures/requests.js';
import { z } from 'zod';
import type { Snapshot } from '../metrics/snapshot.js';
import type { StopSignal } from './io.js';
import type { ServeRequest } from './request.js';
import { serve, type ServeIo } from './serve.js';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleFixtures();
});
afterAll(() => bundle.remove());

class ServeTestIo extends TestIo implements ServeIo {
  readonly calls: string[] = [];
  totals: Snapshot | undefined;
  whenListening: () => void = () => undefined;

  readonly listening: ServeIo['listening'] = (endpoints, facts) => {
    this.calls.push(`listening on ${endpoints[0]?.address} over ${String(facts['io'])}`);
    this.whenListening();
  };
  readonly ended: ServeIo['ended'] = (totals) => {
    this.calls.push('ended');
    this.totals = totals;
  };
}

function serveRequest(stack: MemoryInput = {}): ServeRequest {
  const { smp, seed, optionsForReport, endpoints, ...rest } = pingRequest(bundle, { smp: 2, stack });
  return { smp, seed, optionsForReport, endpoints, stack: rest.stack, protocol: rest.protocol, connections: 100 };
}

describe('serve', () => {
  it.each<StopSignal>(['SIGINT', 'SIGTERM'])('serves until %s and then ends well', async (signal) => {
    const io = new ServeTestIo();
    io.whenListening = () => io.send(signal);
    expect(await serve(serveRequest(), io, bundle.worker)).toBe(0);
    expect(io.calls).toEqual(['listening on 198.18.0.1 over memory', 'ended']);
    expect(io.totals?.counters.established).toBe(0);
    expect(io.totals?.stack).toEqual({ deliveries: 0, refusals: 0 });
    expect(io.listeners).toBe(0);
    expect(io.exits).toEqual([]);
  });

  it('does not listen after a signal at the start', async () => {
    const io = new ServeTestIo();
    const served = serve(serveRequest(), io, bundle.worker);
    io.send('SIGINT');
    expect(await served).toBe(0);
    expect(io.calls).toEqual(['ended']);
  });

  it('says why it could not start', async () => {
    const io = new ServeTestIo();
    await expect(serve(serveRequest({ missing: true }), io, bundle.worker)).rejects.toMatchObject({
      code: 'MCC_ERR_NATIVE',
    });
    expect(io.calls).toEqual([]);
    expect(io.listeners).toBe(0);
  });

  it('refuses a protocol without a server', async () => {
    const clientOnly: Protocol = { name: 'client-only', client: () => ({ role: 'client', messages: [], steps: [] }) };
    const plugin = definePlugin({
      kind: 'protocol',
      name: 'client-only',
      apiVersion: API_VERSION,
      options: z.object({}),
      register: (container) => void container.register(PROTOCOL, { useValue: clientOnly }),
    });
    const request = { ...serveRequest(), protocol: loaded(plugin) };
    await expect(serve(request, new ServeTestIo(), bundle.worker)).rejects.toThrow(
      'The protocol client-only cannot serve.',
    );
  });
});
