import 'reflect-metadata';
import { definePlugin, REPORTER } from '@mcc/core';
import { JsonReporter } from './json-reporter.js';
import { jsonOptions } from './options.js';

export { JsonReporter } from './json-reporter.js';
export type { JsonOptions } from './options.js';

export default definePlugin({
  kind: 'reporter',
  name: 'json',
  apiVersion: 1,
  options: jsonOptions,
  register(container) {
    container.register(REPORTER, { useClass: JsonReporter });
  },
});
