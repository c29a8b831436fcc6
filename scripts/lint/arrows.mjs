import { files } from '../lib/tree.mjs';
import { importsOf, includesOf, isCpp, isScript } from './imports.mjs';
import { allowed, packageOf, packages, resolveRelative, splitSpecifier } from './packages.mjs';

/** Build configuration is shared at the root. */
const SHARED = new Set(['tsup.base.ts']);

/**
 * Apps import core and plugins; plugins import core, stacks also the engine; core imports nobody; nobody reaches into
 * another package's folder, by a relative path or by a path that it does not export.
 */
export async function arrows() {
  const all = packages();
  const problems = [];
  for (const path of files()) {
    const home = packageOf(path, all);
    if (isScript(path)) {
      for (const specifier of importsOf(path)) {
        const problem = specifier.startsWith('.')
          ? judgeRelative(path, specifier, home)
          : judgeNamed(specifier, home, all);
        if (problem) problems.push(`${path}: ${problem}`);
      }
    }
    if (isCpp(path)) {
      for (const include of includesOf(path)) {
        const problem = judgeInclude(path, include);
        if (problem) problems.push(`${path}: ${problem}`);
      }
    }
  }
  return { problems };
}

/** Each of these gives what is wrong with one reference, or undefined. `home` is the package that the file is in. */
export function judgeRelative(path, specifier, home) {
  const target = resolveRelative(path, specifier);
  if (!target) return specifier.includes('/dist/') ? undefined : `${specifier} does not exist`;
  if (SHARED.has(target)) return undefined;
  if (home && !target.startsWith(`${home.folder}/`)) return `${specifier} leaves ${home.name}`;
  if (!home && /^(packages|apps)\/[^/]+\/src\//.test(target)) return `${specifier} reaches into a package`;
  return undefined;
}

export function judgeNamed(specifier, home, all) {
  const { name, subpath } = splitSpecifier(specifier);
  const other = all.find((candidate) => candidate.name === name);
  if (!other) return undefined;
  if (home && home !== other && !allowed(home)(name)) return `${home.name} may not import ${name}`;
  if (!(subpath in (other.manifest.exports ?? {}))) return `${name} does not export ${subpath}`;
  return undefined;
}

/** The engine's headers are what every stack links: they know no stack, no Node and no operating system's sockets. */
export function judgeInclude(path, include) {
  if (path.startsWith('packages/engine/include/') && /^(napi|node_api|liburing|rte_)/.test(include)) {
    return `the engine may not include ${include}`;
  }
  return include.includes('../') ? `${include} climbs out of its folder` : undefined;
}
