import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { drive, HTTP_LOADER_BIN, MCC_BIN, serve, withReport } from './harness/mcc.js';
import { memif } from './harness/memif.js';
import { needMtcp } from './harness/mtcp.js';
import { start } from './harness/process.js';
import { tempDir } from './harness/temp.js';

const FOLDER = fileURLToPath(new URL('../conf/', import.meta.url));

interface Sample {
  readonly proto: 'http' | 'raw';
  readonly stack?: 'mtcp';
  /** Of the other end. */
  readonly serving?: readonly string[];
  /** What there are more than ninety of. */
  readonly counts?: 'received';
  /** Of connections, in the report. */
  readonly classes?: readonly string[];
  /** What makes it small enough for a test. */
  readonly flags: readonly string[];
}

/** A heartbeat sends within its period. */
const DEVICES = ['-c', '100', '-s', '200ms', '-w', '0', '-d', '1s', '--raw.heartbeat', '500ms'];

const SAMPLES: Readonly<Record<string, Sample>> = {
  'c10m.yaml': { proto: 'raw', stack: 'mtcp', flags: [...DEVICES, '--threshold', 'connections.peak >= 100'] },
  'connection-churn.yaml': { proto: 'http', flags: ['-d', '500ms', '--threshold', 'errors<0.1%'] },
  'http-closed.yaml': { proto: 'http', flags: ['-d', '500ms', '--threshold', 'errors<0.1%'] },
  'http-open-poisson.yaml': {
    proto: 'http',
    flags: ['-c', '50', '-R', '1k', '-d', '1s', '--threshold', 'errors<0.1%'],
  },
  'iot-heartbeat-3m.yaml': {
    proto: 'raw',
    stack: 'mtcp',
    flags: [...DEVICES, '--threshold', 'connections.peak >= 100'],
  },
  'push-1m-idle.yaml': {
    proto: 'raw',
    stack: 'mtcp',
    serving: ['--raw.push-interval', '200ms'],
    counts: 'received',
    flags: ['-c', '100', '-s', '200ms', '-d', '1s', '--threshold', 'connections.peak >= 100'],
  },
  'ramp-to-failure.yaml': {
    proto: 'http',
    flags: ['-c', '50', '-R', '100', '--stage', '200ms:100', '--stage', '1s:1k', '--threshold', 'errors<0.1%'],
  },
  'raw-heartbeat.yaml': { proto: 'raw', flags: DEVICES },
  'raw-idle.yaml': { proto: 'raw', flags: DEVICES },
  'wan-mix.yaml': {
    proto: 'http',
    stack: 'mtcp',
    classes: [
      'share=50%,rtt=20ms,bandwidth=100mbit',
      'share=30%,rtt=80ms,bandwidth=10mbit,loss=0.5%',
      'share=20%,rtt=200ms,bandwidth=2mbit,loss=1%',
    ],
    flags: ['-c', '100', '-s', '200ms', '-R', '100', '-d', '3s', '--threshold', 'errors<1%'],
  },
};

test('each sample is tested', () => {
  expect(readdirSync(FOLDER).sort()).toEqual([...Object.keys(SAMPLES), 'classic.md'].sort());
});

for (const [name, { proto, stack, serving = [], counts, classes, flags }] of Object.entries(SAMPLES)) {
  test(`conf/${name} runs`, async (context) => {
    if (stack === 'mtcp') needMtcp(context);
    const link = stack === 'mtcp' ? memif() : { serving: [], driving: [] };
    const server = await serve(['--proto', proto, ...link.serving, ...serving]);
    const dest = stack === 'mtcp' ? [] : ['--dest', server.address];
    const run = ['--config', join(FOLDER, name), ...dest, ...link.driving, ...flags];
    const { code, report } = await drive(run);
    expect(code).toBe(0);
    expect(report.run).toMatchObject({ protocol: proto, stack: stack ?? 'kernel' });
    expect(report.errors).toEqual({});
    const count = counts === 'received' ? report.received?.messages : report.requests.completed;
    expect(count).toBeGreaterThan(90);
    expect(report.connections.peak).toBe(report.run.connections);
    expect(report.classes?.map((one) => one.name)).toEqual(classes);
  });
}

/** The classic lines, each with the number of its connections and its time made small. */
const CLASSIC = [...readFileSync(join(FOLDER, 'classic.md'), 'utf8').matchAll(/^```sh\n(.*)\n```$/gm)].map(
  ([, line = '']) => line,
);

test('there are classic command lines of both programs', () => {
  expect(CLASSIC.map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['http_loader', 'mcc']));
});

for (const line of CLASSIC) {
  test(`classic: ${line}`, async (context) => {
    const [program, ...words] = line.split(' ');
    const proto = program === 'mcc' ? 'raw' : 'http';
    const bin = program === 'mcc' ? MCC_BIN : HTTP_LOADER_BIN;
    const stack = words.includes('mtcp') ? 'mtcp' : 'kernel';
    if (stack === 'mtcp') needMtcp(context);
    const link = stack === 'mtcp' ? memif(80) : undefined;
    const server = await serve(['--proto', proto, ...(link?.serving ?? [])]);
    const dest = link === undefined ? server.address : '198.18.0.2';
    const args = words.map((word, at) => scaled(words[at - 1], word, dest));
    const env = link === undefined ? {} : { MCC_CONFIG: deviceFile(link.path) };
    const running = start([process.execPath, bin, ...args, '--reporter', 'json,console'], { env });
    if (!words.includes('-d')) {
      await running.waitFor(/req/);
      running.kill('SIGINT');
    }
    const { code, report } = withReport(await running.ended);
    expect(code).toBe(words.includes('-d') ? 0 : 130);
    expect(report.run).toMatchObject({ protocol: proto, stack });
    expect(report.errors).toEqual({});
    expect(report.requests.completed).toBeGreaterThan(90);
    expect(report.connections.peak).toBe(report.run.connections);
  });
}

function deviceFile(socket: string): string {
  const file = join(tempDir(), 'mtcp.yaml');
  writeFileSync(file, `mtcp: { port: 'memif:${socket}', address: 198.18.64.0/24, huge: off }`);
  return file;
}

function scaled(flag: string | undefined, word: string, address: string): string {
  const small: Readonly<Record<string, string>> = {
    '-c': '100',
    '-d': '1',
    '--smp': '1',
    '-s': '0.2',
    '-w': '0.1',
    '-t': '0.1',
    '-e': '0.1',
    '-b': '10',
  };
  return (flag === '--dest' ? address : small[flag ?? '']) ?? word;
}
