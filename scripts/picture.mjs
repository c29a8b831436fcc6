// `npm run picture`: drives a short load as `npm start` does, and draws what it showed as docs/run.svg.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliPath, ended, freePort, spawnMcc } from './lib/cli.mjs';
import { ROOT, run } from './lib/command.mjs';
import { drawTerminal } from './lib/terminal-svg.mjs';

const address = `127.0.0.1:${await freePort()}`;
const server = spawnMcc(['serve', '--listen', address], ['ignore', 'pipe', 'inherit']);
await new Promise((resolve) => server.stdout.once('data', resolve));
const flags = ['--dest', `http://${address}/`, '--conn', '64', '--duration', '5s'];
const { output } = await run(process.execPath, [cliPath(), 'run', ...flags, '--console.color', 'always'], {
  env: { COLUMNS: '100' },
});
server.kill('SIGTERM');
await ended(server);
writeFileSync(join(ROOT, 'docs', 'run.svg'), drawTerminal(`$ npx mcc ${flags.slice(1).join(' ')}\n\n${output}`));
