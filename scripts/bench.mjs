// `npm run bench`: every case of bench/, or those whose file names contain a given word.
//
//   npm run bench -- [CASE…] [--runs N] [--seconds N] [--reference PATH] [--json FILE] [--baseline FILE]
//
// --runs       how often each contender runs, in turn with the others (5)
// --seconds    how long each run lasts (5)
// --reference  the program to compare with (MCC_BENCH_REFERENCE); bench/lib/reference.ts says how it is called
// --json       where to write the machine and all figures (bench/results/latest.json)
// --baseline   such a file of an earlier time: each median is set against its own there
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPrograms } from './lib/bench-programs.mjs';
import { ROOT, run } from './lib/command.mjs';
import { compare } from './lib/compare-figures.mjs';
import { coreUse, describeMachine } from './lib/machine.mjs';
import { setup } from './setup.mjs';

const BUSY_PERCENT_MAX = 10;

function options() {
  const text = { type: 'string' };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: text, seconds: text, reference: text, json: text, baseline: text },
  });
  for (const name of ['runs', 'seconds']) {
    if (values[name] !== undefined && !(Number(values[name]) > 0)) {
      throw new Error(`--${name} ${values[name]} is not a number above 0.`);
    }
  }
  return { ...values, cases: positionals };
}

/** Prints what the figures depend on, and says so when somebody else is at it. */
async function inspect(folder) {
  const use = await coreUse(1000);
  const { code, output } = await run(join(folder, 'core_round_trip'), []);
  const machine = describeMachine(code === 0 ? Number(output) : undefined);
  const { cpu, cores, memoryGiB, kernel, node, roundTripNs } = machine;
  console.log(`${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}`);
  console.log(`a cache line from core 0 to core 1 and back: ${roundTripNs ?? 'not measured'} ns`);
  if (cores < 2) console.log('There is but one core: both ends share it, and speeds say nothing.');
  for (const [core, percent] of use.entries()) {
    if (percent > BUSY_PERCENT_MAX) console.log(`Core ${core} is ${percent} % busy: take the figures as hints.`);
  }
  return { ...machine, busyPercent: use };
}

const scratch = mkdtempSync(join(tmpdir(), 'mcc-bench-'));
try {
  const { cases, ...given } = options();
  const baseline = given.baseline && JSON.parse(readFileSync(given.baseline, 'utf8'));
  await setup(['build', 'test']);
  const programs = await buildPrograms('core_round_trip', 'joined_engines', 'spinning_loop', 'two_cores');
  const machine = await inspect(programs);
  const lines = join(scratch, 'figures');
  writeFileSync(lines, '');
  const { code } = await run(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'bench', ...cases],
    {
      show: true,
      env: {
        MCC_BENCH_FIGURES: lines,
        MCC_BENCH_PROGRAMS: programs,
        ...(given.runs && { MCC_BENCH_ROUNDS: given.runs }),
        ...(given.seconds && { MCC_BENCH_SECONDS: given.seconds }),
        ...(given.reference && { MCC_BENCH_REFERENCE: resolve(given.reference) }),
      },
    },
  );
  const tables = readFileSync(lines, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const file = resolve(given.json ?? join(ROOT, 'bench/results/latest.json'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine, tables }, undefined, 2)}\n`);
  console.log(`Figures are in ${file}`);
  if (baseline) console.log(compare(baseline.tables, tables));
  process.exitCode = code;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
