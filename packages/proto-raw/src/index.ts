import 'reflect-metadata';
import { definePlugin, PROTOCOL } from '@mcc/core';
import { rawOptions } from './options.js';
import { RawProtocol } from './protocol.js';

export default definePlugin({
  kind: 'protocol',
  name: 'raw',
  apiVersion: 1,
  // As the original has it, so that its command lines need not name one.
  defaultPort: 80,
  options: rawOptions,
  register: (container) => void container.register(PROTOCOL, { useClass: RawProtocol }),
});
