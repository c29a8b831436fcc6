import { z } from '@mcc/core';

export const kernelOptions = z.object({
  io: z
    .enum(['auto', 'uring', 'epoll'])
    .default('auto')
    .describe('interface to the kernel: io_uring or epoll; auto takes the one that is faster here')
    .meta({ placeholder: 'auto|uring|epoll' }),
});

export type KernelOptions = z.infer<typeof kernelOptions>;
