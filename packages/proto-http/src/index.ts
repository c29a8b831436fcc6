import 'reflect-metadata';
import { definePlugin, PROTOCOL } from '@mcc/core';
import { httpOptions } from './options.js';
import { HttpProtocol } from './protocol.js';

export default definePlugin({
  kind: 'protocol',
  name: 'http',
  apiVersion: 1,
  defaultPort: 80,
  options: httpOptions,
  register: (container) => void container.register(PROTOCOL, { useClass: HttpProtocol }),
});
