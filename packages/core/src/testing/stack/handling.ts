import { expect, it } from 'vitest';
import { COMMAND, EVENT } from '../../contracts/batch.js';
import { ERRORS } from '../../errors.js';
import { closedCode, type End, type EventRecord } from './end.js';
import { ECHO, HANDLER, noise } from './programs.js';
import type { Rig } from './rig.js';

const FEW = 20;
const TURNS = 5;
const QUESTION = noise(64);

/** What is told of an event when the test fails. */
const said = ({ op, code }: EventRecord): string =>
  op === EVENT.open ? 'open' : op === EVENT.data ? 'data' : `closed ${code}`;

/** The escape hatch: events out, commands in, in batches. */
export function testHandling(make: () => Promise<Rig>): void {
  it('tells of each connection: open, what arrives, closed, and obeys', async () => {
    const rig = await make();
    const stories: Record<'server' | 'client', Map<string, string[]>> = { server: new Map(), client: new Map() };
    const note = (who: 'server' | 'client', event: EventRecord): void => {
      const key = `${event.slot}:${event.generation}`;
      const story = stories[who].get(key) ?? [];
      stories[who].set(key, story);
      story.push(said(event));
    };
    const turns = new Map<number, number>();
    const ends: { server: End; client: End } = rig.join(HANDLER, HANDLER, {
      sessions: FEW,
      server: {
        onEvent(event) {
          note('server', event);
          if (event.op === EVENT.data) ends.server.answer(event, COMMAND.send, event.bytes);
        },
      },
      client: {
        onEvent(event) {
          const { op, slot } = event;
          note('client', event);
          if (op === EVENT.open) ends.client.answer(event, COMMAND.request, QUESTION);
          if (op !== EVENT.data) return;
          ends.client.answer(event, COMMAND.complete);
          const turn = (turns.get(slot) ?? 0) + 1;
          turns.set(slot, turn);
          if (turn < TURNS) ends.client.answer(event, COMMAND.request, QUESTION);
          if (turn === TURNS) ends.client.answer(event, COMMAND.close);
          if (turn === TURNS) ends.client.order(COMMAND.drain);
        },
      },
    });
    rig.go(ends.client);
    rig.until('every client has had an answer', () => turns.size === FEW);
    rig.until('all have ended', () => ends.client.counter('active') === 0 && ends.server.counter('open') === 0);
    rig.pass(10);
    const told = [...stories.client.values(), ...stories.server.values()];
    expect(told).toHaveLength(2 * FEW);
    for (const story of told) {
      expect(story[0]).toBe('open');
      expect(story.slice(1, -1).every((word) => word === 'data')).toBe(true);
      expect(story.filter((word) => word === 'open' || word.startsWith('closed'))).toHaveLength(2);
    }
    expect(new Set([...stories.client.values()].map((story) => story.at(-1)))).toEqual(new Set(['closed 0']));
    expect(new Set([...stories.server.values()].map((story) => story.at(-1)))).toEqual(new Set(['closed 1']));
    expect(ends.client.counter('requestsCompleted')).toBe(ends.client.counter('requestsSent'));
    expect(ends.client.stats.histogram('latency').count).toBe(ends.client.counter('requestsCompleted'));
    expect([ends.client.errors(), ends.server.errors()]).toEqual([{}, {}]);
  });

  it('gives a connection that comes back another generation, and ignores commands for the one before', async () => {
    const rig = await make();
    const opened: EventRecord[] = [];
    const { server, client }: { server: End; client: End } = rig.join(ECHO, HANDLER, {
      client: {
        onEvent(event) {
          if (event.op !== EVENT.open) return;
          opened.push(event);
          if (opened.length === 1) client.answer(event, COMMAND.close);
        },
      },
    });
    rig.go(client);
    rig.until('it is back', () => opened.length === 2);
    const [first, second] = opened as [EventRecord, EventRecord];
    expect(second.slot).toBe(first.slot);
    expect(second.generation).not.toBe(first.generation);
    for (const op of [COMMAND.send, COMMAND.request, COMMAND.close]) client.answer(first, op, QUESTION);
    rig.pass(50);
    expect(server.counter('bytesReceived')).toBe(0);
    expect(client.counter('requestsSent')).toBe(0);
    expect(client.counter('open')).toBe(1);
  });

  it('counts what a handler says of its requests', async () => {
    const rig = await make();
    const { client }: { client: End } = rig.join(ECHO, HANDLER, {
      sessions: FEW,
      client: {
        onEvent(event) {
          const { op, slot } = event;
          if (op === EVENT.open) client.answer(event, COMMAND.request, QUESTION);
          if (op !== EVENT.data) return;
          if (slot % 2 === 0) client.answer(event, COMMAND.complete);
          else client.answer(event, COMMAND.fail, undefined, ERRORS.MCC_ERR_BAD_REPLY.number);
        },
      },
    });
    rig.go(client);
    rig.until('all were judged', () => client.counter('requestsSent') === FEW && client.counter('inFlight') === 0);
    expect(client.counter('requestsCompleted')).toBe(FEW / 2);
    expect(client.counter('requestsFailed')).toBe(FEW / 2);
    expect(client.errors()).toEqual({ MCC_ERR_BAD_REPLY: FEW / 2 });
  });

  it('counts the error with which a handler closes', async () => {
    const rig = await make();
    const ended: number[] = [];
    const { client }: { client: End } = rig.join(ECHO, HANDLER, {
      client: {
        onEvent(event) {
          if (event.op === EVENT.open && ended.length === 0) {
            client.answer(event, COMMAND.close, undefined, ERRORS.MCC_ERR_HANDLER.number);
          }
          if (event.op === EVENT.closed) ended.push(event.code);
        },
      },
    });
    rig.go(client);
    rig.until('it is closed', () => ended.length > 0);
    expect(ended).toEqual([closedCode('MCC_ERR_HANDLER')]);
    expect(client.errors()).toEqual({ MCC_ERR_HANDLER: 1 });
  });

  it('resets a connection whose handler sends on and on to a peer that does not read', async () => {
    const rig = await make();
    const chunk = noise(256 * 1024);
    const seen: EventRecord[] = [];
    const { client }: { client: End } = rig.join(ECHO, HANDLER, {
      client: { onEvent: (event) => void seen.push(event) },
    });
    rig.go(client);
    rig.until('the handler has it', () => seen.length > 0, [client]);
    const [opened] = seen as [EventRecord];
    const isReset = (): boolean => seen.some(({ op }) => op === EVENT.closed);
    for (let sent = 0; sent < 256 && !isReset(); sent++) {
      client.answer(opened, COMMAND.send, chunk);
      client.poll();
    }
    rig.until('it is reset', isReset, [client]);
    expect(seen.find(({ op }) => op === EVENT.closed)?.code).toBe(closedCode('MCC_ERR_SEND_BUFFER_FULL'));
    expect(client.errors()).toEqual({ MCC_ERR_SEND_BUFFER_FULL: 1 });
  });
}
