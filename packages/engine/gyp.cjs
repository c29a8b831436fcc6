'use strict';
// What a stack's binding.gyp needs of the engine, printed for gyp's command expansion. Plain CommonJS, so that it works
// before anything is built:
//
//   'sources': ['addon.cc', '<!@(node -p "require(\'@mcc/engine/gyp\').sources()")'],
//   'include_dirs': ['<!@(node -p "require(\'@mcc/engine/gyp\').include()")'],
//
// gyp splits what such a command prints at spaces, so the paths are relative to the folder of the binding.gyp (gyp runs
// the command there), and a checkout in a folder with a space in its name builds too.

const path = require('node:path');

const hdr = path.join(path.dirname(require.resolve('native-hdr-histogram/package.json')), 'HdrHistogram_c', 'src');
const llhttp = path.join(__dirname, 'third_party', 'llhttp');

/** Absolute folders to search for headers. */
const includeDirs = [path.join(__dirname, 'include'), llhttp, hdr];

/** Absolute paths of the C sources that a stack compiles in. */
const sourceFiles = [
  path.join(hdr, 'hdr_histogram.c'),
  ...['hidden_api.c', 'strict_parser.c'].map((c) => path.join(llhttp, c)),
];

const relative = (paths, from) => paths.map((to) => path.relative(from, to)).join(' ');

module.exports = {
  includeDirs,
  sourceFiles,
  /** `includeDirs` relative to `from`, separated by spaces. */
  include: (from = process.cwd()) => relative(includeDirs, from),
  /** `sourceFiles` likewise. */
  sources: (from = process.cwd()) => relative(sourceFiles, from),
};
