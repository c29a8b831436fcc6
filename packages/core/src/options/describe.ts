import type { z } from 'zod';
import { formatDuration, type OptionForm } from './schemas.js';

/** The commands that take options of plugins. */
export type CommandName = 'run' | 'serve';

/** One option, as its zod schema describes it: what parsing, YAML and help need to know. */
export interface OptionSpec {
  /** Name of the plugin it belongs to; undefined: core's. */
  readonly plugin?: string;
  /** Key in the schema, camelCase. */
  readonly key: string;
  /** Long name without dashes: `body-file`, or `http.body-file`. */
  readonly name: string;
  /** Further long names, without dashes. */
  readonly otherNames: readonly string[];
  /** One letter. */
  readonly alias?: string;
  readonly form: OptionForm;
  readonly placeholder: string;
  readonly help: string;
  /** As a person would write it; undefined: none. */
  readonly default?: string;
  /** Its value is a duration in nanoseconds. */
  readonly isDuration: boolean;
  /** The only command that takes it; undefined: both do. */
  readonly only?: CommandName;
  /** The report has it as it was given, not what the schema made of it: an address that became a number. */
  readonly verbatim?: true;
}

/** The options of a schema, in its order. `plugin` is the dot-name before each. */
export function describeOptions(schema: z.ZodObject, plugin?: string): OptionSpec[] {
  return Object.entries(schema.shape).map(([key, field]) => describeOption(key, field as z.ZodType, plugin));
}

/** `bodyFile` to `body-file`. */
export function kebabCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A value as it would be written in a configuration file: durations with their unit. */
export function plainValue(spec: OptionSpec, value: unknown): unknown {
  if (spec.isDuration && typeof value === 'number') return formatDuration(value);
  return typeof value === 'bigint' ? value.toString() : value;
}

function describeOption(key: string, schema: z.ZodType, plugin: string | undefined): OptionSpec {
  const { base, meta, fallback } = unwrap(schema);
  const name = plugin === undefined ? kebabCase(key) : `${plugin}.${kebabCase(key)}`;
  const spec = {
    ...(plugin !== undefined && { plugin }),
    key,
    name,
    otherNames: Array.isArray(meta.otherNames) ? meta.otherNames.map(String) : [],
    ...(typeof meta.alias === 'string' && { alias: meta.alias }),
    form: formOf(base, meta.form),
    placeholder: String(meta.placeholder ?? choices(base)?.join('|') ?? 'VALUE'),
    help: meta.description ?? '',
    isDuration: meta.unit === 'ns',
    ...(isCommandName(meta.only) && { only: meta.only }),
    ...(meta.verbatim === true && { verbatim: true as const }),
  };
  return fallback === undefined ? spec : { ...spec, default: String(plainValue(spec, fallback)) };
}

function isCommandName(value: unknown): value is CommandName {
  return value === 'run' || value === 'serve';
}

function formOf(base: z.ZodType, declared: unknown): OptionForm {
  if (declared === 'flag' || declared === 'list') return declared;
  if (base.type === 'boolean') return 'flag';
  return base.type === 'array' ? 'list' : 'value';
}

/** What a user may choose from, when the schema is an enumeration. */
function choices(base: z.ZodType): string[] | undefined {
  return base.type === 'enum' ? (base as z.ZodEnum).options.map(String) : undefined;
}

type Meta = Readonly<Record<string, unknown>> & { readonly description?: string | undefined };

/** Looks through defaults, optionals and transforms for the schema that reads the input. Outer metadata wins. */
function unwrap(schema: z.ZodType): { base: z.ZodType; meta: Meta; fallback: unknown } {
  let base = schema;
  let meta: Meta = {};
  let fallback: unknown;
  for (;;) {
    meta = { ...base.meta(), ...meta };
    const definition = base.def as { innerType?: z.ZodType; in?: z.ZodType; defaultValue?: unknown };
    fallback ??= definition.defaultValue;
    const inner = definition.innerType ?? definition.in;
    if (inner === undefined) return { base, meta, fallback };
    base = inner;
  }
}
