import { run, which } from '../lib/command.mjs';
import { files } from '../lib/tree.mjs';

/** One version for everybody: others break lines elsewhere. */
export const CLANG_FORMAT = 'clang-format-14';

export const cppFiles = () => files().filter((path) => /\.(cc|cpp|hpp|h)$/.test(path));

export async function clangFormat() {
  if (!which(CLANG_FORMAT)) return { skipped: `${CLANG_FORMAT} is not installed` };
  const { code, output } = await run(CLANG_FORMAT, ['--dry-run', '-Werror', ...cppFiles()]);
  const problems = output.split('\n').filter((line) => /: error: /.test(line));
  return { problems: code === 0 ? [] : problems.length > 0 ? problems : [output] };
}
