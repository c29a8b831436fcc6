import 'reflect-metadata';
import { API_VERSION, definePlugin, STACK } from '@mcc/core';
import { MtcpStack } from './mtcp-stack.js';
import { mtcpOptions } from './options.js';

export default definePlugin({
  kind: 'stack',
  name: 'mtcp',
  apiVersion: API_VERSION,
  options: mtcpOptions,
  // Of every --mtcp.address.
  defaultListen: '0.0.0.0:8080',
  register: (container) => void container.register(STACK, { useClass: MtcpStack }),
});
