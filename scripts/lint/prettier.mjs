import { join } from 'node:path';
import { ROOT, run } from '../lib/command.mjs';

export const PRETTIER = join(ROOT, 'node_modules', 'prettier', 'bin', 'prettier.cjs');

export async function prettier() {
  const { code, output } = await run(process.execPath, [PRETTIER, '--check', '--log-level=warn', '.']);
  return { problems: code === 0 ? [] : output.trim().split('\n') };
}
