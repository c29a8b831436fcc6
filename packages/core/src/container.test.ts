import { createRequire } from 'node:module';
import { instantiate, type Streams } from './container.js';
import { inject, injectable } from 'tsyringe';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  API_VERSION,
  CONSOLE,
  definePlugin,
  OUTPUT,
  PLUGIN_OPTIONS,
  PROTOCOL,
  REPORTER,
  STACK,
  type Plugin,
} from './contracts/plugin.js';
import type { DependencyContainer } from './index.js';
import type { Reporter } from './contracts/reporter.js';

@injectable()
class Told implements Reporter {
  readonly name = 'told';
  constructor(
    @inject(PLUGIN_OPTIONS) readonly options: { readonly depth: number },
    @inject(CONSOLE) readonly console: unknown,
    @inject(OUTPUT) readonly output: unknown,
  ) {}
}

const told = definePlugin({
  kind: 'reporter',
  name: 'told',
  apiVersion: API_VERSION,
  options: z.object({ depth: z.number() }),
  register: (container) => void container.register(REPORTER, { useClass: Told }),
});

/** Another copy of tsyringe, as a plugin has it that is installed elsewhere. */
function anotherTsyringe(): { inject: typeof inject; injectable: typeof injectable } {
  const require = createRequire(import.meta.url);
  const mine = Object.entries(require.cache).filter(([path]) => path.includes('/tsyringe/'));
  for (const [path] of mine) delete require.cache[path];
  const another = require('tsyringe') as ReturnType<typeof anotherTsyringe>;
  Object.assign(require.cache, Object.fromEntries(mine));
  return another;
}

describe('instantiate', () => {
  const streams = { console: { fd: 2 }, output: { fd: 1 } } as unknown as Streams;

  it('injects into a class that another copy of tsyringe has decorated', () => {
    const another = anotherTsyringe();
    expect(another.injectable).not.toBe(injectable);
    class Stranger implements Reporter {
      readonly name = 'stranger';
      constructor(readonly options: { readonly depth: number }) {}
    }
    another.inject(PLUGIN_OPTIONS)(Stranger, undefined, 0);
    another.injectable()(Stranger);
    const plugin = {
      ...told,
      register: (container) => void container.register(REPORTER, { useClass: Stranger }),
    } as Plugin;
    expect(instantiate('reporter', plugin, { depth: 3 }, streams)).toMatchObject({
      name: 'stranger',
      options: { depth: 3 },
    });
  });

  it('gives a container whose type comes with the contracts', () => {
    const register = (container: DependencyContainer): void => told.register(container);
    expectTypeOf(register).toEqualTypeOf<Plugin['register']>();
    expect((instantiate('reporter', { ...told, register }, { depth: 3 }, streams) as Told).name).toBe('told');
  });

  it('injects the options and the streams by token', () => {
    const reporter = instantiate('reporter', told, { depth: 3 }, streams) as Told;
    expect(reporter.options).toEqual({ depth: 3 });
    expect(reporter.console).toBe(streams.console);
    expect(reporter.output).toBe(streams.output);
  });

  it('keeps plugins apart', () => {
    const first = instantiate('reporter', told, { depth: 1 }, streams) as Told;
    const second = instantiate('reporter', told, { depth: 2 }, streams) as Told;
    expect([first.options.depth, second.options.depth]).toEqual([1, 2]);
  });

  it('names the plugin that registers nothing', () => {
    const mute = { ...told, name: 'mute', register: () => undefined };
    expect(() => instantiate('reporter', mute, {}, streams)).toThrow('The plugin mute registers no reporter.');
  });

  it('uses tokens that two copies of the package share', () => {
    expect([STACK, PROTOCOL, REPORTER].map((token) => Symbol.keyFor(token))).toEqual([
      'mcc.Stack',
      'mcc.Protocol',
      'mcc.Reporter',
    ]);
  });
});
