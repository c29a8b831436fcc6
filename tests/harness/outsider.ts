import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDir } from './temp.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A folder outside the repository in which @mcc/core is installed, and nothing else of MCC: where somebody writes a plugin.
 * `files` maps names to contents.
 */
export function outsideFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = tempDir();
  mkdirSync(join(folder, 'node_modules', '@mcc'), { recursive: true });
  symlinkSync(join(repository, 'packages', 'core'), join(folder, 'node_modules', '@mcc', 'core'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Copies a folder of examples/ to `to`, as `npm install` or `git clone` would. */
export function copyExample(name: string, to: string): void {
  cpSync(join(repository, 'examples', name), to, { recursive: true });
}
