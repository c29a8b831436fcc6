// The C++ programs that measure (packages/stack-mtcp/bench): built when asked for, and what they print.
import { join } from 'node:path';
import { ROOT, run } from './command.mjs';

const SOURCE = join(ROOT, 'packages', 'stack-mtcp');
const FOLDER = join(SOURCE, 'build', 'bench');

/** Builds these programs as the addon is compiled. Throws with the compiler's output. Returns the folder they are in. */
export async function buildPrograms(...names) {
  for (const args of [
    ['-S', SOURCE, '-B', FOLDER, '-DMCC_BENCH=ON', '-DCMAKE_BUILD_TYPE=Release'],
    ['--build', FOLDER, '--parallel', '2', '--target', ...names],
  ]) {
    const { code, output } = await run('cmake', args);
    if (code !== 0) throw new Error(`The programs that measure cannot be built:\n${output}`);
  }
  return FOLDER;
}
