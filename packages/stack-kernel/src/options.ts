import { flag, z } from '@mcc/core';

export const kernelOptions = z.object({
  io: z
    .enum(['auto', 'uring', 'epoll'])
    .default('auto')
    .describe('interface to the kernel: io_uring or epoll; auto takes the one that is faster here')
    .meta({ placeholder: 'auto|uring|epoll' }),
  spin: flag()
    .prefault(false)
    .describe('ask the kernel again and again instead of sleeping: departures are exact, and each worker takes a core'),
});

export type KernelOptions = z.infer<typeof kernelOptions>;
