import { text } from '@mcc/core';
import { z } from 'zod';

export const jsonOptions = z.object({
  out: text()
    .refine((path) => path !== '', 'needs the name of a file')
    .optional()
    .describe('write the report to this file, whole or not at all; without it, to stdout')
    .meta({ placeholder: 'FILE' }),
});
export type JsonOptions = z.infer<typeof jsonOptions>;
