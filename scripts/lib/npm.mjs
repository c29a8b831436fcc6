// Dependencies from npm, brought in only when they differ from the lock file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './command.mjs';

/**
 * Whether node_modules holds what package-lock.json says. npm keeps what it installed in a hidden lock file of the same
 * form; optional packages may be absent from it (those for other platforms).
 */
export function upToDate(root = ROOT) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return false;
  return Object.entries(wanted ?? {}).every(([path, entry]) => {
    if (path === '') return true;
    const there = installed[path];
    if (!there) return entry.optional === true || entry.devOptional === true;
    return there.version === entry.version && there.integrity === entry.integrity && there.link === entry.link;
  });
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Runs `npm ci` if need be. Throws with npm's output when it fails. */
export async function provideDependencies() {
  if (upToDate()) return;
  console.error('Installing dependencies with npm ci');
  const { code, output } = await run('npm', ['ci', '--no-audit', '--no-fund']);
  if (code !== 0) throw new Error(`npm ci failed:\n${output}`);
}
