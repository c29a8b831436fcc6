'use strict';
// How far GCC may merge functions, for binding.gyp and CMakeLists.txt alike. Other compilers know no such parameters and
// get none.
const { execFileSync } = require('node:child_process');

/** Larger ones save another 3 %, and make compiling take two and a half times as long. */
const PARAMETERS = {
  'max-inline-insns-auto': 80,
  'inline-unit-growth': 100,
  'large-function-growth': 400,
  'large-function-insns': 6000,
};

const compiler = process.env.CXX ?? 'c++';

function isGcc() {
  try {
    return /Free Software Foundation/.test(execFileSync(compiler, ['--version'], { encoding: 'utf8' }));
  } catch {
    return false;
  }
}

if (isGcc()) {
  const parameters = Object.entries(PARAMETERS).map(([name, value]) => `--param=${name}=${value}`);
  // So merged, GCC 12 sees std::string overlap with itself where it cannot (its bug 105651).
  console.log([...parameters, '-Wno-restrict'].join(' '));
}
