// `npm run setup`: everything that stands between a fresh clone and a built tree. `npm start` and `npm test` call it too.
import { pathToFileURL } from 'node:url';
import { build } from './lib/build.mjs';
import { provide } from './lib/debian.mjs';
import { provideDependencies } from './lib/npm.mjs';

const NODE_MIN = 20;

/** Checks and installs what is missing, then builds. `groups` are those of lib/debian.mjs. Throws a sentence for people. */
export async function setup(groups) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NODE_MIN) throw new Error(`Node ${NODE_MIN} or newer is needed; this is ${process.version}.`);
  await provide(groups);
  await provideDependencies();
  await build();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await setup(['build', 'test']);
    console.error('Ready: npx mcc --help');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
