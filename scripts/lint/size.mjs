import { files, read } from '../lib/tree.mjs';

/** Lines. A file has one idea; one that needs more than this has two. */
const LINES_MAX = 500;
const EXEMPT = /(^|\/)(LICENSE|package-lock\.json)$|\.svg$/;

export async function size() {
  const problems = files()
    .filter((path) => !EXEMPT.test(path))
    .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => `${path}: ${lines} lines, at most ${LINES_MAX}`);
  return { problems };
}
