import type { Options } from 'tsup';

/** How every package is bundled: ESM for Node 20, with types and source maps. Dependencies stay imports. */
export function bundle(entry: Record<string, string>): Options {
  return {
    entry,
    format: ['esm'],
    platform: 'node',
    target: 'node20',
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
    outDir: 'dist',
  };
}
