// `npm start [-- flags]`: from a fresh clone to a real load run. `mcc serve` answers on one core while `mcc run` drives
// load on another: over the kernel's sockets, then over the user-level stack, and in the end with a million connections.
// Flags go to `mcc run`; --stack chooses one of the two; with a target of your own, no server is started.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { flag, stackOf, target } from './lib/arguments.mjs';
import { ROOT } from './lib/command.mjs';
import { holdMillion } from './lib/million.mjs';
import { drive, startServer } from './lib/pair.mjs';
import { setup } from './setup.mjs';

const args = process.argv.slice(2);

/** Passes a flag on under its own name, if it was given. */
const passed = (name) => (flag(args, name) === undefined ? [] : [name, flag(args, name)]);

/** What a first look wants: a few seconds, watched, with a report to read afterwards. Given flags come first. */
function defaults(report) {
  return [
    ...(flag(args, '-d', '--duration', '--config') === undefined ? ['--duration', '5s'] : []),
    ...(flag(args, '--reporter') === undefined ? ['--reporter', 'console,json', '--json.out', report] : []),
  ];
}

/** One run with its own server, or against what the flags aim at. Resolves to its exit code. */
async function show(stack, report) {
  const aimed = flag(args, '--dest', '--config') !== undefined || target(args) !== undefined;
  const server = aimed ? undefined : await startServer(stack, [...passed('--proto'), ...passed('--smp')]);
  try {
    const named = flag(args, '--stack', '--network-stack') !== undefined;
    const aim = server ? [...server.run, ...(named ? [] : ['--stack', stack])] : [];
    const code = await drive([...aim, ...defaults(report), ...args]);
    if (flag(args, '--reporter') === undefined && code === 0) console.error(`The report is in ${report}.`);
    return code;
  } finally {
    await server?.stop();
  }
}

/** The same program on both stacks, and what the second one is for. */
async function showBoth() {
  const code = await show('kernel', 'report.json');
  if (code !== 0) return code;
  if (!existsSync(join(ROOT, 'packages', 'stack-mtcp', 'build', 'Release', 'stack_mtcp.node'))) {
    console.error(
      'The user-level stack is not shown, for DPDK is missing: sudo apt-get install -y libdpdk-dev && npm run build',
    );
    return code;
  }
  console.error('\nThe same on the user-level stack, through shared memory:\n');
  const second = await show('mtcp', 'report-mtcp.json');
  if (second !== 0) return second;
  console.error('\nAnd what it is for:\n');
  return holdMillion();
}

try {
  await setup(['build']);
  const chosen = stackOf(args) ?? ((flag(args, '--dest', '--config') ?? target(args)) ? 'kernel' : undefined);
  process.exitCode = await (chosen === undefined ? showBoth() : show(chosen, 'report.json'));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
