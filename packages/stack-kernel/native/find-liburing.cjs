'use strict';
// Prints how to link liburing, for binding.gyp: the static archive, the shared library, or "none" where its headers are
// missing or the machine has no C++ compiler that finds them. MCC_WITHOUT_LIBURING=1 leaves it out.

const { spawnSync } = require('node:child_process');

/** Whether a program that opens a ring compiles and links with these arguments. */
function links(library) {
  const source = '#include <liburing.h>\nint main() { io_uring ring; return io_uring_queue_init(1, &ring, 0); }\n';
  const compiler = (process.env.CXX || 'c++').split(' ');
  const args = [...compiler.slice(1), '-shared', '-fPIC', '-x', 'c++', '-', '-o', '/dev/null', library];
  return spawnSync(compiler[0], args, { input: source, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
}

const found = process.env.MCC_WITHOUT_LIBURING ? undefined : ['-l:liburing.a', '-luring'].find(links);
console.log(found ?? 'none');
