import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../lib/command.mjs';
import { files, read } from '../lib/tree.mjs';

/** Relative links and images of every Markdown file. */
export async function links() {
  const problems = files()
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...read(path).matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => match[1].split('#')[0])
        .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(join(ROOT, dirname(path), target)))
        .map((target) => `${path}: ${target} does not exist`),
    );
  return { problems };
}
