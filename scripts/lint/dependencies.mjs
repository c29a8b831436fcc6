import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../lib/command.mjs';
import { files, read } from '../lib/tree.mjs';
import { importsOf, isScript } from './imports.mjs';
import { packages, splitSpecifier } from './packages.mjs';

const isTest = (path) => /\.test\.ts$|\.config\.ts$|[./]fixtures?[./]/.test(path);

/** What a package imports it declares; what it declares it imports, or names in its build files. */
export async function dependencies() {
  const root = JSON.parse(read('package.json'));
  const all = packages();
  // An app looks plugins up by their names while it runs: no import shows that they are used.
  const plugins = all.filter(({ manifest }) => manifest.mcc).map(({ name }) => name);
  const problems = all.flatMap((home) =>
    check(home, Object.keys(root.devDependencies ?? {}), home.folder.startsWith('apps/') ? plugins : []),
  );
  return { problems };
}

function check({ folder, name, manifest }, shared, plugins) {
  const own = files(folder);
  const scripts = own.filter(isScript);
  const declared = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'].flatMap((field) =>
    Object.keys(manifest[field] ?? {}),
  );
  const used = new Set(plugins);
  const problems = [];
  for (const path of scripts) {
    for (const specifier of importsOf(path)) {
      if (specifier.startsWith('.')) continue;
      if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
        // Where published types name node's own.
        used.add('@types/node');
        continue;
      }
      const dependency = splitSpecifier(specifier).name;
      used.add(dependency);
      const known = declared.includes(dependency) || dependency === name;
      if (!known && !(isTest(path) && shared.includes(dependency)))
        problems.push(`${path}: ${dependency} is not declared`);
    }
  }
  const buildFiles = own.filter((path) => /(binding\.gyp|CMakeLists\.txt|\.cc|\.hpp|\.[cm]?js)$/.test(path));
  const buildText = [...buildFiles.map(read), ...Object.values(manifest.scripts ?? {})].join('\n');
  for (const dependency of declared) {
    if (!used.has(dependency) && !buildText.includes(dependency)) {
      problems.push(`${folder}/package.json: ${dependency} is not used`);
    }
  }
  for (const field of ['license', 'description', 'engines', 'exports', 'files']) {
    if (!manifest[field]) problems.push(`${folder}/package.json: it has no ${field}`);
  }
  for (const file of ['README.md', 'LICENSE']) {
    if (!existsSync(join(ROOT, folder, file))) problems.push(`${folder}: it has no ${file}`);
  }
  return problems;
}
