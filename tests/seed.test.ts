import { expect, test } from 'vitest';
import { drive } from './harness/mcc.js';
import { outsideFolder } from './harness/outsider.js';
import { startServer } from './harness/server.js';

/** Each connection sends one message: its number, then 16 random digits. */
const PROTOCOL = `
  import { definePlugin, PROTOCOL, z } from '@mcc/core';
  const random = {
    name: 'random',
    client: () => ({
      role: 'client',
      messages: [{
        bytes: new TextEncoder().encode('0000 0000000000000000\\n'),
        patches: [
          { kind: 'connectionId', offset: 0, width: 4, encoding: 'decimal' },
          { kind: 'random', offset: 5, width: 16, encoding: 'hex' },
        ],
      }],
      steps: [
        { kind: 'send', message: 0 },
        { kind: 'expect', framing: { kind: 'fixed', bytes: 1 } },
        { kind: 'repeat', from: 0, times: 3 },
      ],
    }),
  };
  export default definePlugin({
    kind: 'protocol', name: 'random', apiVersion: 1, options: z.object({}),
    register: (container) => container.register(PROTOCOL, { useValue: random }),
  });`;

/** Every line that all connections send under these flags, sorted. */
async function linesSent(flags: readonly string[]): Promise<{ lines: readonly string[]; seed: string }> {
  const cwd = outsideFolder({ 'random.mjs': PROTOCOL });
  const lines: string[] = [];
  const address = await startServer((socket) => {
    socket.setEncoding('latin1').on('data', (text: string) => {
      lines.push(text);
      socket.write('.');
    });
  });
  const { code, report } = await drive(['--dest', address, '--proto', './random.mjs', '-c', '8', ...flags], { cwd });
  expect(code).toBe(0);
  expect(report.run.endedBy).toBe('completed');
  return { lines: lines.sort(), seed: report.run.seed };
}

test('a seed repeats every draw, over any number of workers', async () => {
  const first = await linesSent(['--seed', '42']);
  expect(first.seed).toBe('42');
  expect(new Set(first.lines).size).toBe(first.lines.length);
  expect(new Set(first.lines.map((line) => line.slice(0, 4))).size).toBe(8);
  expect((await linesSent(['--seed', '42'])).lines).toEqual(first.lines);
  expect((await linesSent(['--seed', '42', '--smp', '2'])).lines).toEqual(first.lines);
  expect((await linesSent(['--seed', '43'])).lines).not.toEqual(first.lines);
});

test('without a seed one is drawn, and reported so that it can be given', async () => {
  const drawn = await linesSent([]);
  const again = await linesSent(['--seed', drawn.seed]);
  expect(again.lines).toEqual(drawn.lines);
});
