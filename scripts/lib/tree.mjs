// The files of the repository, as the lint sees them: what git ignores is not among them, nor what others wrote.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './command.mjs';

const IGNORED = new Set(['.git', 'node_modules', 'dist', 'build', '.nx', 'coverage', 'third_party', 'report.json']);

/** Paths relative to the root, with '/', sorted. */
export function files(folder = '') {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => !IGNORED.has(entry.name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? files(path) : [path];
    })
    .sort();
}

export function read(path) {
  return readFileSync(join(ROOT, path), 'utf8');
}
