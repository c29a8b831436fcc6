// `npm start [-- flags]`: from a fresh clone to a real load run. `mcc serve` answers on one core while `mcc run` drives
// load on another. Flags go to `mcc run`; with a target of your own, no server is started.
import { flag, target } from './lib/arguments.mjs';
import { signalCode } from './lib/command.mjs';
import { ended, freePort, spawnMcc } from './lib/cli.mjs';
import { setup } from './setup.mjs';

const REPORT = 'report.json';
/** How long the server may take to listen, and to end. */
const PATIENCE_MS = 10_000;

const args = process.argv.slice(2);

/** Passes a flag on under its own name, if it was given. */
const passed = (name) => (flag(args, name) === undefined ? [] : [name, flag(args, name)]);

/** Starts a server for the protocol and stack of the run. Resolves, once it listens, to the process and its address. */
async function startServer() {
  const address = `127.0.0.1:${await freePort()}`;
  const serve = ['serve', '--listen', address, ...['--proto', '--stack', '--network-stack'].flatMap(passed)];
  const child = spawnMcc(serve, ['ignore', 'pipe', 'inherit']);
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('The server did not start in time.')), PATIENCE_MS);
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (!/^listening on .*\n/m.test(said)) return;
      clearTimeout(late);
      resolve();
    });
    child.once('exit', () => {
      clearTimeout(late);
      reject(new Error(`The server did not start.\n${said}`));
    });
  }).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  return { child, address };
}

async function stopServer(child) {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await ended(child);
  clearTimeout(late);
}

/** Runs `mcc run`, telling it of every signal that this process gets. Resolves to its exit code. */
async function drive(flags) {
  const child = spawnMcc(['run', ...flags], 'inherit');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const { code, signal } = await ended(child);
  return code ?? signalCode(signal);
}

/** What a first look wants: a few seconds, watched, with a report to read afterwards. Given flags come first. */
function defaults() {
  return [
    ...(flag(args, '-d', '--duration', '--config') === undefined ? ['--duration', '5s'] : []),
    ...(flag(args, '--reporter') === undefined ? ['--reporter', 'console,json', '--json.out', REPORT] : []),
  ];
}

try {
  await setup(['build']);
  const aimed = flag(args, '--dest', '--config') !== undefined || target(args) !== undefined;
  const server = aimed ? undefined : await startServer();
  try {
    process.exitCode = await drive([...(server ? ['--dest', server.address] : []), ...defaults(), ...args]);
  } finally {
    if (server) await stopServer(server.child);
  }
  if (flag(args, '--reporter') === undefined && process.exitCode === 0) console.error(`The report is in ${REPORT}.`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
