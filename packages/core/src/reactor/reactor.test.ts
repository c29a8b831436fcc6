import { describe, expect, it } from 'vitest';
import { COMMAND, EVENT, RECORD_HEADER } from '../contracts/batch.js';
import type { ConnectionHandlers } from '../contracts/protocol.js';
import type { StackPort } from '../contracts/stack.js';
import { StatsWriter } from '../fixtures/stats-writer.js';
import { newStatsBlock, StatsReader } from '../metrics/stats-reader.js';
import { CommandWriter } from './command-writer.js';
import type { FromWorker } from './messages.js';
import { Reactor } from './reactor.js';

/** A port that notes what it is told and gives the events that a test has put there. */
class ScriptedPort implements StackPort {
  readonly events = new Uint8Array(4096);
  readonly commands: number[] = [];
  readonly payloads: Uint8Array[] = [];
  polls = 0;
  /** For how long it was polled last, in microseconds. */
  polledUs = 0;
  closed = 0;
  pending = 0;
  failure: Error | undefined;

  load(): void {}

  submit(commands: Uint8Array, length: number): void {
    const view = new DataView(commands.buffer);
    for (let at = 0; at < length;) {
      const size = view.getUint32(at + 12, true);
      this.commands.push(view.getUint16(at, true));
      this.payloads.push(commands.slice(at + RECORD_HEADER, at + RECORD_HEADER + size));
      at += RECORD_HEADER + ((size + 7) & ~7);
    }
  }

  poll(maxUs: number): number {
    if (this.failure) throw this.failure;
    this.polledUs = maxUs;
    this.polls += 1;
    const length = this.pending;
    this.pending = 0;
    return length;
  }

  close(): void {
    this.closed += 1;
  }
}

function harness({
  role = 'client',
  paced = false,
  handlers,
}: { role?: 'client' | 'server'; paced?: boolean; handlers?: ConnectionHandlers } = {}): {
  port: ScriptedPort;
  reactor: Reactor;
  stats: StatsWriter;
  reader: StatsReader;
  posted: FromWorker[];
} {
  const port = new ScriptedPort();
  const block = newStatsBlock();
  const posted: FromWorker[] = [];
  const post = (message: FromWorker): void => void posted.push(message);
  const facts = (): { polls: number } => ({ polls: port.polls });
  const reactor = new Reactor({ port, role, paced, facts, stats: block, handlers, post });
  return { port, reactor, stats: new StatsWriter(block), reader: new StatsReader(block), posted };
}

describe('Reactor', () => {
  it('is connected when no session is unstarted or connecting', () => {
    const { reactor, stats, posted, port } = harness();
    stats.set('unstarted', 1);
    reactor.receive({ type: 'connect' });
    reactor.slice();
    stats.set('unstarted', 0);
    stats.set('connecting', 1);
    reactor.slice();
    expect(posted).toEqual([]);
    stats.set('connecting', 0);
    reactor.slice();
    reactor.slice();
    expect(posted).toEqual([{ type: 'connected', facts: { polls: 3 } }]);
    expect(port.commands).toEqual([COMMAND.connect]);
  });

  it('is connected, as a server, once it has polled after listening', () => {
    const { reactor, posted } = harness({ role: 'server' });
    reactor.slice();
    expect(posted).toEqual([]);
    reactor.receive({ type: 'connect' });
    reactor.slice();
    expect(posted).toEqual([{ type: 'connected', facts: { polls: 2 } }]);
  });

  it('passes on the instant of the load, and is completed only after it', () => {
    const { reactor, posted, port } = harness();
    const atNs = process.hrtime.bigint() + 3_600_000_000_000n;
    reactor.receive({ type: 'load', atNs, endNs: atNs + 5n });
    reactor.slice();
    expect(port.commands).toEqual([COMMAND.load]);
    expect([...new BigUint64Array(port.payloads[0]!.buffer)]).toEqual([atNs, atNs + 5n]);
    expect(posted).toEqual([]);
    reactor.receive({ type: 'load', atNs: 1n, endNs: 2n });
    reactor.slice();
    reactor.slice();
    expect(posted).toEqual([{ type: 'completed' }]);
  });

  it('takes long slices during a paced load alone: before it, it must hear of the load in time', () => {
    const { reactor, port } = harness({ paced: true });
    reactor.receive({ type: 'connect' });
    reactor.slice();
    const before = port.polledUs;
    const atNs = process.hrtime.bigint() + 3_600_000_000_000n;
    reactor.receive({ type: 'load', atNs, endNs: atNs + 5n });
    reactor.slice();
    const during = port.polledUs;
    reactor.receive({ type: 'drain' });
    reactor.slice();
    expect(before).toBeLessThan(5_000);
    expect(during).toBeGreaterThan(before);
    expect(port.polledUs).toBe(before);
  });

  it('is drained when nothing is active, after a drain as after an abort', () => {
    const { reactor, stats, posted, port } = harness();
    stats.set('active', 2);
    reactor.receive({ type: 'drain' });
    reactor.slice();
    expect(posted).toEqual([]);
    reactor.receive({ type: 'abort' });
    stats.set('active', 0);
    reactor.slice();
    reactor.slice();
    expect(posted).toEqual([{ type: 'drained' }]);
    expect(port.commands).toEqual([COMMAND.drain, COMMAND.abort]);
  });

  it('closes the port and ends when it is told to', () => {
    const { reactor, port } = harness();
    expect(reactor.slice()).toBe(true);
    reactor.receive({ type: 'exit' });
    expect(reactor.slice()).toBe(false);
    expect(port.closed).toBe(1);
    expect(port.polls).toBe(1);
  });

  it('answers events within the same slice and accounts for the time of handlers', () => {
    const { reactor, port, reader } = harness({ handlers: { open: (connection) => connection.close() } });
    const writer = new CommandWriter((bytes, length) => {
      port.events.set(bytes.subarray(0, length));
      port.pending = length;
    });
    writer.write(EVENT.open, 0, 1, 1);
    writer.flush();
    reactor.slice();
    expect(port.commands).toEqual([COMMAND.close]);
    expect(reader.workNs).toBeGreaterThan(0);
  });

  it('leaves the event loop its turn between slices, and says what broke', async () => {
    const { reactor, port } = harness();
    const broken = new Promise<unknown>((resolve) => reactor.run(resolve));
    await new Promise((resolve) => setTimeout(resolve, 5));
    port.failure = new Error('gone');
    expect(await broken).toBe(port.failure);
    expect(port.polls).toBeGreaterThan(1);
    expect(reactor.slice()).toBe(false);
  });
});
