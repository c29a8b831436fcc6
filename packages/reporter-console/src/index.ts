import 'reflect-metadata';
import { definePlugin, REPORTER } from '@mcc/core';
import { ConsoleReporter } from './console-reporter.js';
import { consoleOptions } from './options.js';

export { ConsoleReporter } from './console-reporter.js';
export { renderFinal, type RenderOptions } from './final/render.js';
export type { ConsoleOptions } from './options.js';

export default definePlugin({
  kind: 'reporter',
  name: 'console',
  apiVersion: 1,
  options: consoleOptions,
  register(container) {
    container.register(REPORTER, { useClass: ConsoleReporter });
  },
});
