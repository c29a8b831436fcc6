// The last thing that `npm start` shows: as many connections as fit, up to a million, held on one core each end.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drive, startServer } from './pair.mjs';

const MILLION = 1_000_000;
/** What a connection takes at both ends together, generously, while it is set up. */
const BYTES_EACH = 2048;
const COLUMNS = 50;
const ROWS = 20;

/** How many connections to hold with this much memory, of which half is left alone: a million, or a round number. */
export function affordable(availableBytes) {
  const fit = availableBytes / 2 / BYTES_EACH;
  if (fit >= MILLION) return MILLION;
  const digit = 10 ** Math.floor(Math.log10(Math.max(fit, 1000)));
  return Math.max(1000, Math.floor(fit / digit) * digit);
}

/** Holds the connections for a few seconds, each of which says something once a minute. Resolves to the exit code. */
export async function holdMillion() {
  const count = affordable(availableBytes());
  const folder = mkdtempSync(join(tmpdir(), 'mcc-'));
  const file = join(folder, 'report.json');
  const server = await startServer('mtcp', ['--proto', 'raw', '--conn', `${count}`]);
  try {
    const load = [
      '--stack',
      'mtcp',
      '--proto',
      'raw',
      '--conn',
      `${count}`,
      '--raw.heartbeat',
      '1m',
      '--duration',
      '5s',
    ];
    const code = await drive([...server.run, ...load, '--reporter', 'console,json', '--json.out', file]);
    if (code === 0) console.error(picture(JSON.parse(readFileSync(file, 'utf8'))));
    return code;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A field of connections, and what it took to hold them. */
export function picture({ connections, intervals, stack, process: own, run }) {
  const each = Math.max(1, Math.ceil(connections.peak / (COLUMNS * ROWS)));
  const marks = '▪'.repeat(Math.ceil(connections.open / each));
  const rows = marks.match(new RegExp(`.{1,${COLUMNS}}`, 'gu')) ?? [];
  const number = (value) => Math.round(value).toLocaleString('en-US');
  const held = Math.min(connections.open, ...intervals.map(({ connectionsOpen }) => connectionsOpen));
  return [
    '',
    ...rows.map((row) => `  ${row}`),
    '',
    `  ${number(held)} connections held for ${number(run.durationSeconds)} s, one ▪ for ${number(each)} of them,`,
    `  by one core with ${number(own.maxRssBytes / 2 ** 20)} MB of memory: ${number(stack.bytesPerConnection)} bytes a connection at the end.`,
    '',
  ].join('\n');
}

function availableBytes() {
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) * 1024;
}
