// `npm test`: set-up, then every check there is. The last line sums them all. `npm test -- unit c++` runs these phases only.
import { join } from 'node:path';
import { ROOT, run } from './lib/command.mjs';
import { readTally, sumLine } from './lib/tally.mjs';
import { setup } from './setup.mjs';

const script = (name, ...args) => [join(ROOT, 'scripts', name), ...args];
const vitest = (project) => [
  join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'),
  'run',
  `--project=${project}`,
  `--reporter=${join(ROOT, 'scripts', 'lib', 'vitest-reporter.mjs')}`,
  '--allowOnly=false',
  '--passWithNoTests=false',
];

/** Lists of phases run side by side; the end-to-end tests come after, since a load and its server want both cores. */
const TRACKS = [
  [
    { name: 'lint', command: script('lint.mjs') },
    { name: 'types', command: script('types.mjs') },
    { name: 'unit', command: vitest('unit') },
  ],
  [
    { name: 'c++', command: script('cpp-tests.mjs') },
    { name: 'instructions', command: script('instructions.mjs') },
  ],
];
const AFTERWARDS = [{ name: 'end-to-end', command: vitest('e2e') }];

const only = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs one phase and adds what it found. A phase that breaks, or finds nothing to test, counts as a failure. */
async function runPhase({ name, command }) {
  if (only.length > 0 && !only.includes(name)) return;
  const start = process.hrtime.bigint();
  const { code, output } = await run(process.execPath, command, { env: { NO_COLOR: '1', FORCE_COLOR: undefined } });
  const seconds = Number((process.hrtime.bigint() - start) / 1_000_000n) / 1000;
  const tally = readTally(output) ?? { passed: 0, failed: 0, skipped: 0, reasons: [] };
  const ranNothing = tally.passed + tally.failed === 0;
  if (tally.failed === 0 && (code !== 0 || ranNothing)) tally.failed = 1;
  if (tally.failed > 0) console.log(`\n--- ${name} ---\n${output.trimEnd()}\n---`);
  for (const reason of tally.reasons) console.log(reason);
  console.log(`${name.padEnd(12)} ${sumLine(tally)} (${seconds.toFixed(1)} s)`);
  for (const key of Object.keys(total)) total[key] += tally[key];
}

async function runTrack(phases) {
  for (const phase of phases) await runPhase(phase);
}

try {
  await setup(['build', 'test']);
  await Promise.all(TRACKS.map(runTrack));
  await runTrack(AFTERWARDS);
} catch (error) {
  console.log(error.message);
  total.failed += 1;
}
if (total.passed === 0 && total.failed === 0) total.failed = 1;
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(sumLine(total));
