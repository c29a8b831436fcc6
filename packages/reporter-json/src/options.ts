import { text, z } from '@mcc/core';

export const jsonOptions = z.object({
  out: text()
    .refine((path) => path !== '', 'needs the name of a file')
    // Opening it anew fails where it is a socket, and starts at offset 0 where it is a file: use what is open.
    .transform((path) => (path === '/dev/stdout' ? undefined : path))
    .optional()
    .describe('write the report to this file, whole or not at all; without it, to stdout')
    .meta({ placeholder: 'FILE' }),
});
export type JsonOptions = z.infer<typeof jsonOptions>;
