import { join } from 'node:path';
import { ROOT, run } from '../lib/command.mjs';

export async function oxlint() {
  const bin = join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const { code, output } = await run(process.execPath, [bin, '--deny-warnings', '--format=unix', ROOT]);
  return { problems: code === 0 ? [] : output.trim().split('\n') };
}
