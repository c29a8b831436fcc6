'use strict';
// Flags for faster code, for binding.gyp and CMakeLists.txt alike.
const { execFileSync } = require('node:child_process');

/**
 * How far GCC may merge functions; other compilers know no such parameters. Larger ones save another 3 %, and make
 * compiling take two and a half times as long.
 */
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

const flags = [];
// Without it a prefetch for writing is one for reading, and the line has to travel again when it is written. Every
// 64-bit x86 of the last fifteen years takes the instruction, if only as one that does nothing.
if (process.arch === 'x64') flags.push('-mprfchw');
if (isGcc()) {
  flags.push(...Object.entries(PARAMETERS).map(([name, value]) => `--param=${name}=${value}`));
  // So merged, GCC 12 sees std::string overlap with itself where it cannot (its bug 105651).
  flags.push('-Wno-restrict');
}
console.log(flags.join(' '));
