import 'reflect-metadata';
import { container as root, injectable, type DependencyContainer } from 'tsyringe';
import {
  CONSOLE,
  OUTPUT,
  PLUGIN_OPTIONS,
  PROTOCOL,
  REPORTER,
  STACK,
  type Plugin,
  type PluginKind,
} from './contracts/plugin.js';
import type { Protocol } from './contracts/protocol.js';
import type { Reporter } from './contracts/reporter.js';
import type { Stack } from './contracts/stack.js';
import { MccError } from './errors.js';

interface Implementations {
  stack: Stack;
  protocol: Protocol;
  reporter: Reporter;
}

const TOKENS: Readonly<Record<PluginKind, symbol>> = { stack: STACK, protocol: PROTOCOL, reporter: REPORTER };

/** Where reporters write; the other kinds of plugin get no streams. */
export interface Streams {
  readonly console: NodeJS.WriteStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * Makes what a plugin registers, in a container of its own: plugins see their own options and no other plugin. Throws
 * MCC_ERR_PLUGIN_INVALID for a plugin that registers nothing under its kind's token, and whatever its constructor throws.
 */
export function instantiate<K extends PluginKind>(
  kind: K,
  plugin: Plugin,
  options: Readonly<Record<string, unknown>>,
  streams?: Streams,
): Implementations[K] {
  const container = acquainted(root.createChildContainer());
  container.registerInstance(PLUGIN_OPTIONS, options);
  if (streams !== undefined) {
    container.registerInstance(CONSOLE, streams.console);
    container.registerInstance(OUTPUT, streams.output);
  }
  plugin.register(container);
  if (!container.isRegistered(TOKENS[kind])) {
    throw new MccError('MCC_ERR_PLUGIN_INVALID', {
      what: `The plugin ${plugin.name} registers no ${kind}.`,
      remedy: `Its register function must register ${String(TOKENS[kind].description)} with the container it is given.`,
    });
  }
  return container.resolve<Implementations[K]>(TOKENS[kind]);
}

/**
 * A plugin that is installed elsewhere than this package brings a tsyringe of its own, whose `@injectable()` is not known
 * here; what `@inject` noted is, as metadata of the class. So each class is made known as it is registered.
 */
function acquainted(container: DependencyContainer): DependencyContainer {
  const register = container.register.bind(container) as (
    token: unknown,
    provider: object,
    options?: unknown,
  ) => unknown;
  container.register = ((token: unknown, provider: object, options?: unknown) => {
    if ('useClass' in provider) injectable()(provider.useClass as new () => unknown);
    return register(token, provider, options);
  }) as DependencyContainer['register'];
  return container;
}
