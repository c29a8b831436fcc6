import { z, type RunReport } from '@mcc/core';
import { reportSchema } from './schema.js';

/** The report as text: JSON, 2-space indentation, keys in the order of the schema, a newline at the end. */
export function serialise(report: RunReport): string {
  return `${JSON.stringify(inOrder(reportSchema, report), null, 2)}\n`;
}

/** A copy of `value` whose keys follow the schema. Keys it does not name come last, in their own order. */
function inOrder(schema: z.core.$ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodExactOptional) return inOrder(schema.unwrap(), value);
  if (schema instanceof z.ZodArray && Array.isArray(value)) return value.map((item) => inOrder(schema.element, item));
  if (!(schema instanceof z.ZodObject) || typeof value !== 'object' || value === null) return value;
  const named = Object.entries(schema.shape as z.core.$ZodShape)
    .filter(([key]) => key in value)
    .map(([key, child]) => [key, inOrder(child, value[key as keyof typeof value])]);
  return {
    ...Object.fromEntries(named),
    ...Object.fromEntries(Object.entries(value).filter(([key]) => !(key in schema.shape))),
  };
}
