// `npm test -- instructions`: a guard against getting slower that does not depend on what else the machine does. Fixed
// workloads (packages/stack-mtcp/bench/fixed_work.cc) are counted by valgrind; a request may take at most 5 % more
// instructions than recorded in bench/instructions.json. After a change that is worth its price, or saves:
//
//   node scripts/instructions.mjs --record
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms } from './lib/bench-programs.mjs';
import { ROOT, run, which } from './lib/command.mjs';
import { skipLine, sumLine } from './lib/tally.mjs';

const RECORD = join(ROOT, 'bench', 'instructions.json');
const TOLERANCE = 1.05;

/** Requests of the shorter of two runs; the longer has twice as many, and their difference knows nothing of the start. */
const WORKLOADS = { 'keep-alive': 20_000, 'per-request': 5000, transfer: 1000, memif: 20_000, 'memif-transfer': 1000 };

/** What the figures hold for: another compiler makes other code, and without AVX2 sums take longer. */
async function conditions() {
  const compiler = (await run('c++', ['-dumpfullversion'])).output.trim();
  return { compiler: `g++ ${compiler}`, avx2: / avx2 /.test(readFileSync('/proc/cpuinfo', 'utf8')) };
}

async function count(program, workload, requests) {
  const args = [
    '--tool=cachegrind',
    '--cache-sim=no',
    '--cachegrind-out-file=/dev/null',
    program,
    workload,
    `${requests}`,
  ];
  const { code, output } = await run('valgrind', args);
  const instructions = /I\s+refs:\s+([\d,]+)/.exec(output)?.[1];
  const done = /^(\d+) requests, 0 errors$/m.exec(output)?.[1];
  if (code !== 0 || instructions === undefined || done === undefined) throw new Error(`${workload}:\n${output}`);
  return { instructions: Number(instructions.replaceAll(',', '')), requests: Number(done) };
}

/** Instructions a request, both ends together. */
async function measure(program, workload) {
  const [short, long] = await Promise.all([1, 2].map((times) => count(program, workload, times * WORKLOADS[workload])));
  return Math.round((long.instructions - short.instructions) / (long.requests - short.requests));
}

/** Why the bound cannot be held against this machine, or undefined. */
function obstacle(here, recorded) {
  if (which('valgrind') === undefined) return 'valgrind is not installed';
  if (here.compiler === recorded.compiler && here.avx2 === recorded.avx2) return undefined;
  return `they were recorded for ${recorded.compiler}${recorded.avx2 ? ' and AVX2' : ''}`;
}

async function main() {
  const here = await conditions();
  const recorded = JSON.parse(readFileSync(RECORD, 'utf8'));
  const recording = process.argv.includes('--record');
  const reason = obstacle(here, recording ? here : recorded);
  const program = join(await buildPrograms('fixed_work'), 'fixed_work');
  const total = { passed: 0, failed: 0, skipped: 0 };
  const perRequest = {};
  for (const workload of Object.keys(WORKLOADS)) {
    if (reason !== undefined) {
      // At least it must do its work.
      const { code, output } = await run(program, [workload, `${WORKLOADS[workload]}`]);
      total[code === 0 ? 'passed' : 'failed'] += 1;
      console.log(`${code === 0 ? 'ok' : 'FAILED'} ${workload}: ${output.trimEnd()}`);
      total.skipped += 1;
      console.log(skipLine(`instructions of ${workload}`, reason));
      continue;
    }
    const figure = (perRequest[workload] = await measure(program, workload));
    const bound = Math.round((recording ? figure : recorded.perRequest[workload]) * TOLERANCE);
    total[figure <= bound ? 'passed' : 'failed'] += 1;
    console.log(`${figure <= bound ? 'ok' : 'FAILED'} ${workload}: ${figure} instructions a request, at most ${bound}`);
  }
  if (recording && reason === undefined)
    writeFileSync(RECORD, `${JSON.stringify({ ...here, perRequest }, undefined, 2)}\n`);
  console.log(sumLine(total));
  process.exitCode = total.failed > 0 ? 1 : 0;
}

await main();
