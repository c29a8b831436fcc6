// `npm test -- c++`: the C++ tests of every package that has a CMakeLists.txt, plain and under ASan and UBSan. Each such
// project knows -DMCC_SANITIZE=ON and builds programs named *_tests, whose last lines are doctest's counts.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './lib/command.mjs';
import { sumLine } from './lib/tally.mjs';

const BUILDS = [
  { name: 'plain', options: [] },
  { name: 'sanitized', options: ['-DMCC_SANITIZE=ON'] },
];

const packages = readdirSync(join(ROOT, 'packages'))
  .map((name) => ({ name, source: join(ROOT, 'packages', name) }))
  .filter(({ source }) => existsSync(join(source, 'CMakeLists.txt')));

const total = { passed: 0, failed: 0 };

/** Runs a command whose failure is one failed test. Returns its output, or undefined when it failed. */
async function step(what, program, args, options) {
  const { code, output } = await run(program, args, options);
  if (code === 0) return output;
  console.log(`FAILED ${what}\n${output.trimEnd()}`);
  return undefined;
}

/** doctest ends with `[doctest] test cases: 12 | 12 passed | 0 failed | 0 skipped`. */
async function runTests(what, program) {
  const { code, output } = await run(program, ['--no-colors=true'], { env: { UBSAN_OPTIONS: 'print_stacktrace=1' } });
  const counts = /test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed/.exec(output);
  const failed = Number(counts?.[3] ?? 0);
  total.passed += Number(counts?.[2] ?? 0);
  total.failed += code === 0 && counts ? failed : Math.max(1, failed);
  if (code !== 0 || !counts || failed > 0) console.log(`FAILED ${what} (exit ${code})\n${output.trimEnd()}`);
}

for (const { name, source } of packages) {
  for (const build of BUILDS) {
    const what = `${name} (${build.name})`;
    const folder = join(source, 'build', `test-${build.name}`);
    const built =
      (await step(`${what}: configure`, 'cmake', ['-S', source, '-B', folder, ...build.options])) !== undefined &&
      (await step(`${what}: build`, 'cmake', ['--build', folder, '--parallel', '2'])) !== undefined;
    const programs = built ? readdirSync(folder).filter((file) => file.endsWith('_tests')) : [];
    if (programs.length === 0) {
      if (built) console.log(`FAILED ${what}: it has no *_tests program`);
      total.failed += 1;
    }
    for (const program of programs) await runTests(`${what}: ${program}`, join(folder, program));
  }
}

console.log(sumLine(total));
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
