// `npm run types`: the types of every package and every test, checked together against the sources.
import { join } from 'node:path';
import { ROOT, run } from './lib/command.mjs';
import { sumLine } from './lib/tally.mjs';

const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const { code, output } = await run(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.json')]);
if (output) console.log(output.trimEnd());
const failed = code === 0 ? 0 : Math.max(1, output.match(/error TS\d+/g)?.length ?? 0);
console.log(sumLine({ passed: code === 0 ? 1 : 0, failed }));
process.exitCode = code === 0 ? 0 : 1;
