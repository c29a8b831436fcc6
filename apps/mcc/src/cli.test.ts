import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/** The built command, as npm links it. */
const BIN = fileURLToPath(new URL('../bin/mcc.js', import.meta.url));
const LOG_LINES = /^ {2,}at /m;

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mcc cli ')));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), content);
}

/** A plugin that needs no other package. `more` goes into the plugin object. */
function plugin(name: string, kind: string, more = '', apiVersion = 1): string {
  const options = '{ shape: {}, safeParse: (data) => ({ success: true, data }) }';
  return `export default { name: '${name}', kind: '${kind}', apiVersion: ${apiVersion}, options: ${options}, register() {}, ${more} };`;
}

const findings = `[{ status: 'ok', subject: 'cores', detail: 'two' },
  { status: 'missing', subject: 'open files', detail: 'only 64', remedy: 'ulimit -n 100000' }]`;
const registering = (found: string) =>
  `register(container) { container.registerInstance(Symbol.for('mcc.Stack'), { doctor: () => ${found} }); }`;

write('lab.mjs', plugin('lab', 'stack'));
write('sick.mjs', plugin('sick', 'stack', registering(findings)));
write('well.mjs', plugin('well', 'stack', registering("[{ status: 'ok', subject: 'all', detail: 'well' }]")));
write('old.mjs', plugin('old', 'protocol', '', 99));
write('throws.mjs', "throw new Error('it broke')");
write('breaks.mjs', plugin('breaks', 'stack', "register() { throw new TypeError('oh no'); }"));
write(
  'rival.mjs',
  plugin('rival', 'reporter').replace(
    'shape: {}',
    "shape: { c: { type: 'string', def: {}, meta: () => ({ alias: 'c' }) } }",
  ),
);
write('target.yaml', 'dest: 127.0.0.1:1');
write('http.yaml', 'proto: http');
write('bad.yaml', 'lab: { x: 1 }\nconn: 5');
write(
  'node_modules/mcc-proto-mine/package.json',
  '{ "name": "mcc-proto-mine", "version": "4.5.6", "keywords": ["mcc-plugin"], "mcc": { "kind": "protocol", "name": "mine", "apiVersion": 1 } }',
);

interface Exit {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function mcc(...args: string[]): Promise<Exit> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: folder, timeout: 30_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** With a stack that needs no native code. */
const lab = ['--stack', './lab.mjs'];

describe.concurrent('a mistake is one sentence, and exit code 2', () => {
  it.each<[string[], RegExp]>([
    [['rnu'], /unknown command "rnu", did you mean run\?/],
    [['frobnicate'], /unknown command "frobnicate": there are run, serve, doctor, plugins/],
    [[...lab, '--durration', '1s'], /unknown option --durration, did you mean --duration\?/],
    [['run', ...lab, '--http.paht=/'], /unknown option --http\.paht, did you mean --http\.path\?/],
    [['run', ...lab, '-z'], /unknown option -z/],
    [['run', ...lab, '-l', '64', '-z'], /unknown option -z/],
    [['run', ...lab, '-l', '64', '--proto', 'http'], /unknown option -l: it is --raw\.length.* --proto raw/],
    [['run', ...lab, '-H', 'A: b', 'localhost:1'], /unknown option -H: here it is --http\.header 'Name: value'/],
    [['run', ...lab, '--threads', '4'], /unknown option --threads: here it is --smp N/],
    [
      ['run', ...lab, '--proto', 'http', '--raw.heartbeat', '1s'],
      /^mcc: --raw\.heartbeat belongs to --proto raw: add it/,
    ],
    [['run', ...lab, '--json.out', 'x'], /^mcc: --json\.out belongs to --reporter json: add it/],
    [['run', ...lab, '--http.body-size', '1k'], /unknown option --http\.body-size: it is one of mcc serve/],
    [['serve', ...lab, '--http.method', 'PUT'], /unknown option --http\.method: it is one of mcc run/],
    [['run', ...lab, '-l', 'long'], /-l: "long" is not a size/],
    [['run', ...lab, 'localhost:1', '--stage', '10k'], /--stage: "10k" is not a stage: use TIME:RATE/],
    [['run', ...lab, '--conn'], /--conn needs a value \(N\)/],
    [['run', ...lab, '--conn', '10x'], /--conn: "10x" is not a whole number/],
    [['run', ...lab, '-d', '-1', 'localhost'], /-d: "-1" is not a duration/],
    [['run', ...lab, '-c', '1', '--conn=2'], /--conn is given twice/],
    [['run', ...lab], /no target is given: use --dest/],
    [['run', ...lab, 'a:1', '--dest', 'b:1'], /the target is given twice/],
    [['run', ...lab, 'a:1', '--dest=b:1', '--config', 'target.yaml'], /given twice: as "a:1" and as --dest b:1/],
    [['run', ...lab, 'https://a/', '--config', 'target.yaml'], /--dest: https is not supported/],
    [['run', ...lab, 'a:1', 'b:1'], /"b:1" is one argument too many/],
    [['run', ...lab, 'https://localhost/'], /https is not supported/],
    [['run', ...lab, 'localhost:1', '--arrival', 'poisson'], /--arrival poisson needs --rate/],
    [['run', ...lab, 'localhost:1', '--threshold', 'p99'], /--threshold 'p99'/],
    [['run', ...lab, '--config', 'none.yaml'], /--config none\.yaml: there is no such file; check the path/],
    [['run', ...lab, '--config', 'bad.yaml'], /unknown option lab\.x in bad\.yaml/],
    [['run', '--proto', 'mqtt', ...lab], /"mqtt" \(--proto\) is not installed.*npm install mcc-proto-mqtt/],
    [['run', '--proto', 'htpt', ...lab], /did you mean http\?/],
    [['run', '--proto', './old.mjs', ...lab], /plugin interface 99, but this mcc has 1/],
    [['run', '--proto', './throws.mjs', ...lab], /fails to load: it broke/],
    [['run', '--proto', './lab.mjs', ...lab], /is a stack, not a protocol/],
    [['run', '--reporter', 'console,./rival.mjs', ...lab], /-c is claimed by the plugin rival and by mcc itself/],
    [['run', '--proto', 'mine', ...lab], /no module to import/],
    [['serve', ...lab, 'localhost'], /takes no argument "localhost": use --listen/],
    [['serve', ...lab, '--listen', 'x:y'], /--listen: "y" is not a port/],
    [['serve', ...lab, '--dest', 'x'], /unknown option --dest: it is one of mcc run, not of mcc serve/],
    [['doctor', '--stak', 'x'], /unknown option --stak, did you mean --stack\?/],
    [['doctor', 'kernel'], /takes no argument "kernel"/],
    [['plugins', 'x'], /takes no argument "x"/],
  ])('%j', async (args, sentence) => {
    const { code, stdout, stderr } = await mcc(...args);
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^mcc: [^\n]+\n$/);
    expect(stderr).not.toMatch(LOG_LINES);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe.concurrent('mcc', () => {
  it.each([['--help'], ['-h']])('%s shows the commands and the options of run', async (flag) => {
    const { code, stdout, stderr } = await mcc(flag);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of ['serve', 'doctor', 'plugins', '-c, --conn N', '--network-stack', '(default: 10s)']) {
      expect(stdout).toContain(word);
    }
  });

  it('--help lists every flag of both originals', async () => {
    const { stdout } = await mcc('--help');
    const letters = [...stdout.matchAll(/^  -([a-zA-Z]), --/gm)].map((match) => match[1]);
    expect(letters).toEqual(expect.arrayContaining([...'cdswlebrtph']));
    for (const flag of ['--smp', '--network-stack', '--dest']) expect(stdout).toContain(flag);
  });

  it('run --help lists the options of the chosen plugins', async () => {
    const { code, stdout } = await mcc('run', '--proto', 'http', ...lab, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Options of http:$/m);
    expect(stdout).toMatch(/--http\.path/);
    expect(stdout).not.toMatch(/--http\.body-size/);
  });

  it.each<[string, string[], string, string]>([
    [
      'the classic command line drives raw, until a signal',
      ['-c', '9', '-l', '64', '-e', '1', '-b', '3', '-s', '1'],
      'raw',
      '0',
    ],
    ['and every flag of it does', ['-w', '1', '-d', '1', '-r', '0.2', '-p', '1', '-t', '0'], 'raw', '0'],
    ['flags that both protocols have leave it at http', ['-c', '9', '-t', '1', '-s', '1', '-w', '1'], 'http', '10s'],
    ['a protocol that is named stays', ['-l', '64', '--proto', 'http'], 'http', '10s'],
    ['in a file, too', ['-l', '64', '--config', 'http.yaml'], 'http', '10s'],
    ['raw that is named has the defaults of every run', ['-l', '64', '--proto', 'raw'], 'raw', '10s'],
  ])('%s: %j', async (_what, args, protocol, duration) => {
    const { code, stdout } = await mcc(...lab, ...args, '--help');
    expect(code).toBe(0);
    expect(stdout.match(/^Options of (http|raw):$/gm)).toEqual([`Options of ${protocol}:`]);
    expect(stdout).toMatch(new RegExp(`--duration TIME .*, or ${duration}$`, 'm'));
  });

  it('serve --help lists its own', async () => {
    const { stdout } = await mcc('serve', ...lab, '--help');
    expect(stdout).toMatch(/--listen ADDR\[:PORT\]/);
    expect(stdout).not.toMatch(/--dest TARGET/);
    expect(stdout).toMatch(/--http\.body-size SIZE/);
    expect(stdout).not.toMatch(/--http\.method|think-time/);
  });

  it('--version names itself', async () => {
    const { code, stdout } = await mcc('--version');
    expect(stdout).toMatch(/^mcc\/\d+\.\d+\.\d+ .*node-v\d+/);
    expect(code).toBe(0);
  });

  it('plugins lists what is installed, without loading it', async () => {
    const { code, stdout } = await mcc('plugins');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^kind +name +version +package +path$/m);
    expect(stdout).toMatch(/^protocol +mine +4\.5\.6 +mcc-proto-mine +\S.*node_modules\/mcc-proto-mine$/m);
    expect(stdout).toMatch(/^reporter +json +\S+ +@mcc\/reporter-json +/m);
  });

  it('doctor shows what is missing with the command that mends it', async () => {
    const { code, stdout } = await mcc('doctor', '--stack', './sick.mjs');
    expect(stdout).toBe(
      'ok       cores       two\nmissing  open files  only 64\n         to mend it: ulimit -n 100000\n',
    );
    expect(code).toBe(1);
  });

  it('doctor is content when nothing is missing', async () => {
    expect(await mcc('doctor', '--network-stack=./well.mjs')).toEqual({
      code: 0,
      stdout: 'ok  all  well\n',
      stderr: '',
    });
  });

  it('calls what it did not expect a bug, without a trace', async () => {
    const { code, stderr } = await mcc('doctor', '--stack', './breaks.mjs');
    expect(stderr).toBe('mcc: this is a bug in mcc or a plugin: oh no (MCC_DEBUG=1 shows where)\n');
    expect(code).toBe(1);
  });

  it('does not mind a reader that goes away', async () => {
    const command = `"${process.execPath}" "${BIN}" --help | true; exit "\${PIPESTATUS[0]}"`;
    const exit = await new Promise((resolve) => {
      execFile('bash', ['-c', command], (error, _stdout, stderr) => resolve({ code: error?.code ?? 0, stderr }));
    });
    expect(exit).toEqual({ code: 0, stderr: '' });
  });
});
