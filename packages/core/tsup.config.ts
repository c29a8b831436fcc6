import { defineConfig } from 'tsup';
import { bundle } from '../../tsup.base.js';

export default defineConfig(
  bundle({ index: 'src/index.ts', worker: 'src/reactor/worker.ts', testing: 'src/testing/index.ts' }),
);
