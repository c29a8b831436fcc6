// The packages of the repository, and who may import whom.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/command.mjs';
import { files, read } from '../lib/tree.mjs';

/** { folder, name, manifest } of each package; `folder` is relative to the root. */
export function packages() {
  return files()
    .filter((path) => /^(packages|apps|examples)\/[^/]+\/package\.json$/.test(path))
    .map((path) => {
      const manifest = JSON.parse(read(path));
      return { folder: path.slice(0, -'/package.json'.length), name: manifest.name, manifest };
    });
}

/** The package that a file belongs to, or undefined: tests, scripts and configuration stand outside of all. */
export function packageOf(path, all = packages()) {
  return all.find(({ folder }) => path.startsWith(`${folder}/`));
}

/** Which packages of ours one may import, by its place. Everything else of ours is outwards or sideways. */
export function allowed({ folder, name }) {
  if (name === '@mcc/core') return () => false;
  if (name === '@mcc/engine') return (other) => other === '@mcc/core';
  if (folder.startsWith('packages/stack-')) return (other) => other === '@mcc/core' || other === '@mcc/engine';
  // A front stands before the command, never behind it.
  if (name === '@mcc/cli') return (other) => other !== name && other !== '@mcc/http-loader';
  if (folder.startsWith('apps/')) return (other) => other !== name;
  return (other) => other === '@mcc/core';
}

/** The name in an import: `@scope/name/sub` has name `@scope/name` and subpath `./sub`. */
export function splitSpecifier(specifier) {
  const parts = specifier.split('/');
  const length = specifier.startsWith('@') ? 2 : 1;
  const rest = parts.slice(length).join('/');
  return { name: parts.slice(0, length).join('/'), subpath: rest === '' ? '.' : `./${rest}` };
}

/** Resolves a relative import of a TypeScript or JavaScript file to a path in the tree, or undefined. */
export function resolveRelative(from, specifier) {
  const path = join(from, '..', specifier.split('?')[0]);
  const candidates = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.mjs$/, '.mts')];
  return candidates.find((candidate) => existsSync(join(ROOT, candidate)));
}
