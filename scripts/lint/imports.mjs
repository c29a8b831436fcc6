// What a source file refers to. TypeScript's own scanner finds imports; C++ needs only its quoted includes.
import ts from 'typescript';
import { read } from '../lib/tree.mjs';

/** Every module specifier in a TypeScript or JavaScript file: static, dynamic and type-only imports, and re-exports. */
export function importsOf(path) {
  return ts.preProcessFile(read(path), true, true).importedFiles.map((file) => file.fileName);
}

/** Relative file names in string literals, as in `new URL('./worker.js', import.meta.url)`. */
export function namedFilesOf(path) {
  return [...read(path).matchAll(/['"`](\.{1,2}\/[\w./-]+\.\w+)['"`]/g)].map((match) => match[1]);
}

/** Quoted includes of a C++ file. */
export function includesOf(path) {
  return [...read(path).matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)].map((match) => match[1]);
}

export const isScript = (path) => /\.(ts|mts|js|mjs)$/.test(path) && !path.endsWith('.d.ts');
export const isCpp = (path) => /\.(cc|cpp|c|hpp|h)$/.test(path);
