import 'reflect-metadata';
import { API_VERSION, definePlugin, STACK } from '@mcc/core';
import { KernelStack } from './kernel-stack.js';
import { kernelOptions } from './options.js';

export default definePlugin({
  kind: 'stack',
  name: 'kernel',
  apiVersion: API_VERSION,
  options: kernelOptions,
  register: (container) => void container.register(STACK, { useClass: KernelStack }),
});
