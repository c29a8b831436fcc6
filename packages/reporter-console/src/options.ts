import { flag, z } from '@mcc/core';

export const consoleOptions = z.object({
  plot: flag().prefault(true).describe('draw curves over time and the percentiles at the end'),
  color: z
    .enum(['auto', 'always', 'never'])
    .prefault('auto')
    .describe('colours; auto: on a terminal, unless NO_COLOR is set'),
});
export type ConsoleOptions = z.infer<typeof consoleOptions>;
