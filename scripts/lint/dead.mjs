import { basename, dirname, join, normalize } from 'node:path';
import { files, read } from '../lib/tree.mjs';
import { importsOf, includesOf, isCpp, isScript, namedFilesOf } from './imports.mjs';
import { resolveRelative } from './packages.mjs';

/** Files that a tool looks for by their name. */
const KNOWN =
  /(^|\/)(package(-lock)?\.json|tsconfig[\w.]*\.json|nx\.json|README\.md|LICENSE|binding\.gyp|CMakeLists\.txt|\.[\w.-]+|[\w-]+\.d\.ts)$/;
const TOOL_CONFIG = /\.config\.ts$/;
/** Only these name the sources that they build or run; a mention in prose keeps nothing alive. */
const BUILD_FILE = /(^|\/)(package\.json|binding\.gyp|CMakeLists\.txt|[\w.]+\.config\.ts|\.ci\/run)$|^scripts\//;
const ENTRY = /(^|\/)(\.ci\/run)$/;

/**
 * Every source file is reached by imports, includes or names from a package's entries, a test, a script of package.json
 * or a build file; every other file is named somewhere.
 */
export async function dead() {
  const all = files();
  const reached = new Set();
  const visit = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const next of referencesOf(path, all)) visit(next);
  };
  const isRoot = (path) =>
    KNOWN.test(path) ||
    TOOL_CONFIG.test(path) ||
    ENTRY.test(path) ||
    /(\.(test|bench)\.(ts|mjs)|_(test|fuzz)\.cc)$/.test(path);
  for (const path of all.filter(isRoot)) visit(path);
  return { problems: all.filter((path) => !reached.has(path)).map((path) => `${path}: nothing refers to it`) };
}

function referencesOf(path, all) {
  const text = read(path);
  const references = [];
  if (isScript(path)) {
    for (const specifier of [...importsOf(path), ...namedFilesOf(path)]) {
      const target = specifier.startsWith('.') ? resolveRelative(path, specifier) : undefined;
      if (target && all.includes(target)) references.push(target);
    }
  }
  if (isCpp(path)) {
    for (const include of includesOf(path)) {
      const beside = normalize(join(dirname(path), include));
      references.push(...all.filter((file) => file === beside || file.endsWith(`/${include}`)));
    }
  }
  // By name: build files name sources, and documents, tests and build files name everything else.
  for (const file of all) {
    const isSource = isScript(file) || isCpp(file);
    if (file === path || (isSource && !BUILD_FILE.test(path))) continue;
    // Data may also be read by the folder, as conf/ and expected/ are.
    const byFolder = !isSource && isScript(path) && text.includes(`${basename(dirname(file))}/`);
    if (byFolder || text.includes(nameOf(file, path))) references.push(file);
  }
  return references;
}

/** How another file would name it: from its own package's root when both live there, otherwise with its folder. */
function nameOf(file, from) {
  const home = /^(packages|apps|examples)\/[^/]+\//.exec(from)?.[0];
  if (home && file.startsWith(home)) return file.slice(home.length);
  if (from.startsWith('scripts/') && file.startsWith('scripts/')) return basename(file);
  return join(basename(dirname(file)), basename(file));
}
