// What tsyringe stands on: it must be there before any plugin imports tsyringe.
import 'reflect-metadata';
import type { DependencyContainer } from 'tsyringe';
import type { ZodObject } from 'zod';

/** The container that a plugin registers with, so that it needs no types but those of this package. */
export type { DependencyContainer };

/** The version of the contracts in this folder. Raised when a change breaks plugins. */
export const API_VERSION = 1;

export type PluginKind = 'stack' | 'protocol' | 'reporter';

/** What a plugin package exports as its default. */
export interface Plugin {
  readonly kind: PluginKind;
  /** As given to `--stack`, `--proto` or `--reporter`; its options are dot-named after it. */
  readonly name: string;
  /** The API_VERSION it was written for. */
  readonly apiVersion: number;
  /**
   * Its options: a zod object whose keys are camelCase. Key `bodyFile` of plugin `http` is the flag `--http.body-file` and
   * `http.body-file` in YAML. Values from the command line arrive as strings: use the schemas of `@mcc/core`
   * (`duration()`, `count()`, `size()`, `flag()`, `list()`) or coerce. `.describe()` gives the help text,
   * `.meta({ alias: 't', placeholder: 'N' })` a one-letter alias and the placeholder in the help. `only: 'run'` or
   * `'serve'` keeps it from the other command. `verbatim: true` puts the value into the report as it was given, where the
   * schema makes something of it that nobody would write.
   */
  readonly options: ZodObject;
  /** Protocols: the port when `--dest` names none. Absent: `--dest` must name one. */
  readonly defaultPort?: number;
  /** Stacks: where `mcc serve` listens when `--listen` is absent, as ADDR:PORT. Absent: 127.0.0.1:8080. */
  readonly defaultListen?: string;
  /** Registers the implementation under STACK, PROTOCOL or REPORTER. Must do nothing else: no I/O, no globals. */
  register(container: DependencyContainer): void;
}

/** Identity, for its types: `export default definePlugin({ … })`. */
export function definePlugin<P extends Plugin>(plugin: P): P {
  return plugin;
}

/** Tokens of the container. `Symbol.for`, so that two copies of @mcc/core in one process agree. */
export const STACK = Symbol.for('mcc.Stack');
export const PROTOCOL = Symbol.for('mcc.Protocol');
/** Registered once per chosen reporter. */
export const REPORTER = Symbol.for('mcc.Reporter');
/** The plugin's own options as its schema returned them, frozen: inject it where they are wanted. */
export const PLUGIN_OPTIONS = Symbol.for('mcc.PluginOptions');
/** Where a reporter writes what people read (stderr when the JSON report goes to stdout): a NodeJS.WriteStream. */
export const CONSOLE = Symbol.for('mcc.Console');
/** Where a reporter writes its data: process.stdout. */
export const OUTPUT = Symbol.for('mcc.Output');
