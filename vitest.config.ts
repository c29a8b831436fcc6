import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Unit tests run against the sources of every package, so that no build stands between a change and its test. */
const alias = [
  { find: /^@mcc\/core\/testing$/, replacement: source('packages/core/src/testing/index.ts') },
  {
    find: /^@mcc\/(core|engine|stack-kernel|stack-mtcp|proto-http|proto-raw|reporter-json|reporter-console)$/,
    replacement: source('packages/$1/src/index.ts'),
  },
  { find: /^@mcc\/cli$/, replacement: source('apps/mcc/src/main.ts') },
];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts', 'scripts/**/*.test.mjs'],
          pool: 'forks',
        },
      },
      {
        // What crosses packages runs what was built, one file after another: a load and its server need both cores.
        test: {
          name: 'e2e',
          include: ['tests/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Speed is asserted here, not in tests: `npm run bench`, with nothing else running.
        test: {
          name: 'bench',
          include: ['bench/**/*.bench.ts'],
          pool: 'forks',
          fileParallelism: false,
        },
      },
    ],
  },
});
