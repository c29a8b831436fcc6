import { afterAll, describe, expect, it } from 'vitest';
import { Fixture } from '../plugins/fixture.js';
import { openCommand, readCommand } from './command.js';
import { runOptions, serveOptions } from './core-options.js';
import type { OptionSpec } from './describe.js';

const fixture = new Fixture();
afterAll(() => fixture.remove());

/** A plugin whose options are made with our own schemas, as vitest resolves them. */
const withOptions = (kind: string, name: string, fields: string) => `
  import { z } from '${import.meta.resolve('zod')}';
  export default { kind: '${kind}', name: '${name}', apiVersion: 1, options: z.object({ ${fields} }), register() {} };`;

fixture.write({
  'stack.mjs': withOptions('stack', 'lab', "io: z.enum(['auto', 'epoll']).default('auto')"),
  'proto.mjs': withOptions(
    'protocol',
    'web',
    "path: z.string().default('/').meta({ alias: 't', only: 'run' }), header: z.array(z.string()).default([]), " +
      "size: z.string().default('1k').meta({ only: 'serve' })",
  ),
  'clash.mjs': withOptions('reporter', 'rival', "time: z.string().optional().meta({ alias: 't' })"),
  'one.mjs': withOptions('reporter', 'one', ''),
  'two.mjs': withOptions('reporter', 'two', ''),
  'load.yaml': `
    conn: 50
    duration: 3s
    stack: ./stack.mjs
    lab: { io: epoll }
    web: { header: [a, b], path: /yaml }`,
  'bad.yaml': 'web: { paht: / }',
  'help.yaml': 'help: true',
});

const places = { cwd: fixture.root, home: fixture.root };
const schema = runOptions({ stack: './stack.mjs', proto: './proto.mjs', reporter: './one.mjs', durationNs: 10e9 });

const serveSchema = serveOptions({ stack: './stack.mjs', proto: './proto.mjs', reporter: './one.mjs' });

/** An option of the command line alone. */
const help: OptionSpec = {
  key: 'help',
  name: 'help',
  otherNames: [],
  form: 'flag',
  placeholder: '',
  help: '',
  isDuration: false,
};

async function read(...args: string[]) {
  const located = args.map((arg) => arg.replace('CONFIG', `${fixture.root}/`));
  return readCommand(await openCommand('run', schema, located, places, [help]), located);
}

describe('a command', () => {
  it('loads the default plugins and gives each its options', async () => {
    const { options, plugins } = await read('--conn', '7', '--web.path=/x', '--lab.io', 'epoll');
    expect(options.conn).toBe(7);
    expect(plugins.map(({ plugin, options: own }) => [plugin.name, own])).toEqual([
      ['lab', { io: 'epoll' }],
      ['web', { path: '/x', header: [], size: '1k' }],
      ['one', {}],
    ]);
  });

  it('has those options of its plugins that the command takes', async () => {
    const named = async (command: 'run' | 'serve', own: typeof schema | typeof serveSchema) => {
      const { specs } = await openCommand(command, own, [], places);
      return specs.flatMap(({ plugin, key }) => (plugin === 'web' ? key : []));
    };
    expect(await named('run', schema)).toEqual(['path', 'header']);
    expect(await named('serve', serveSchema)).toEqual(['header', 'size']);
  });

  it('loads several reporters, by a list or by repetition', async () => {
    for (const args of [
      ['--reporter', './one.mjs,./two.mjs'],
      ['--reporter=./one.mjs', '--reporter', './two.mjs'],
    ]) {
      const { plugins } = await read(...args);
      expect(plugins.map(({ plugin }) => plugin.name)).toEqual(['lab', 'web', 'one', 'two']);
    }
  });

  it('lets flags override the file, and the file the defaults', async () => {
    const { options, plugins, optionsForReport } = await read(
      '--config',
      'CONFIGload.yaml',
      '-c',
      '9',
      '--web.header=c',
    );
    expect(options).toMatchObject({ conn: 9, duration: 3e9, smp: 1 });
    expect(plugins[0]?.options).toEqual({ io: 'epoll' });
    expect(plugins[1]?.options).toMatchObject({ path: '/yaml', header: ['c'] });
    expect(optionsForReport).toMatchObject({
      conn: 9,
      duration: '3s',
      lab: { io: 'epoll' },
      web: { path: '/yaml', header: ['c'] },
    });
  });

  it('takes the file that it is given by default, unless the command line names one', async () => {
    const opened = (...args: string[]) => openCommand('run', schema, args, places, [], `${fixture.root}/load.yaml`);
    expect(readCommand(await opened(), []).options).toMatchObject({ conn: 50, duration: 3e9 });
    const other = ['--config', `${fixture.root}/none.yaml`];
    await expect(opened(...other)).rejects.toThrow(/^--config .*none\.yaml: there is no such file/);
  });

  it.each([
    [['--config', 'CONFIGbad.yaml'], /^unknown option web\.paht in .*bad\.yaml, did you mean web\.path\?$/],
    [['--config', 'CONFIGnone.yaml'], /^--config .*none\.yaml: there is no such file/],
    [['--config', 'CONFIGhelp.yaml'], /^unknown option help in .*help\.yaml/],
    [['--web.size', '2k'], 'unknown option --web.size: it is one of mcc serve, not of mcc run'],
    [['--listen', 'x'], 'unknown option --listen: it is one of mcc serve, not of mcc run'],
    [['--web.paht', '/'], 'unknown option --web.paht, did you mean --web.path?'],
    [['--lab.io', 'epol'], '--lab.io: "epol" is not one of auto, epoll, did you mean epoll?'],
    [['--stack', './stack.mjs', '--stack', './stack.mjs'], '--stack is given twice'],
    [['--reporter', ','], '--reporter needs the name of a plugin'],
    [['--reporter', './clash.mjs'], '-t is claimed by the plugin rival and by the plugin web.'],
    [['--proto', './none.mjs'], /^There is no protocol plugin at /],
  ])('refuses %j', async (args, message) => {
    await expect(read(...args)).rejects.toThrow(message);
    await expect(read(...args)).rejects.toMatchObject({ exitCode: 2 });
  });
});
