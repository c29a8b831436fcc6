// Builds every package, in order, through nx: what has not changed comes from its cache.
import { join } from 'node:path';
import { ROOT, run } from './command.mjs';

/** Throws with the output of what failed. */
export async function build() {
  const nx = join(ROOT, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  console.error('Building');
  const { code, output } = await run(process.execPath, [nx, 'run-many', '-t', 'build', 'native']);
  if (code !== 0) throw new Error(`The build failed:\n${output}`);
}
