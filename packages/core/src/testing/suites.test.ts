import { API_VERSION, definePlugin, REPORTER } from '../contracts/plugin.js';
import { z } from 'zod';
import ping from '../fixtures/ping-protocol.js';
import { testProtocol } from './protocol-suite.js';
import { testReporter } from './reporter-suite.js';

// The suites that third parties run, on plugins that pass.
testProtocol(ping, [
  { title: 'declared', serves: true },
  { title: 'through handlers', options: { handler: true } },
  { title: 'idle', options: { idle: true } },
]);

testReporter(
  definePlugin({
    kind: 'reporter',
    name: 'silent',
    apiVersion: API_VERSION,
    options: z.object({}),
    register: (container) => void container.register(REPORTER, { useValue: { name: 'silent' } }),
  }),
);
