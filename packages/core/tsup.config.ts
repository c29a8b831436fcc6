import { defineConfig, type Options } from 'tsup';
import { bundle } from '../../tsup.base.js';

/** Leaves out the translations of zod's messages, which are half of it: ours are in English. */
const englishOnly: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'english-only',
  setup(build) {
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

export default defineConfig({
  ...bundle({ index: 'src/index.ts', worker: 'src/reactor/worker.ts', testing: 'src/testing/index.ts' }),
  // zod is a hundred files: as one, without what nobody uses, it loads in a third of the time, and a run loads it in the
  // main thread and in every worker. Plugins take `z` from here, so that it is not loaded a second time.
  noExternal: ['zod'],
  esbuildPlugins: [englishOnly],
});
