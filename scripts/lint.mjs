// `npm run lint`: one line per check, with what it found.
import { skipLine, sumLine } from './lib/tally.mjs';
import { arrows } from './lint/arrows.mjs';
import { clangFormat } from './lint/clang-format.mjs';
import { dead } from './lint/dead.mjs';
import { dependencies } from './lint/dependencies.mjs';
import { errorDocs } from './lint/error-docs.mjs';
import { links } from './lint/links.mjs';
import { oxlint } from './lint/oxlint.mjs';
import { prettier } from './lint/prettier.mjs';
import { size } from './lint/size.mjs';

/** Each check resolves to { problems: string[] } or { skipped: reason }. */
const CHECKS = {
  'oxlint finds nothing': oxlint,
  'TypeScript, JSON, YAML and Markdown are formatted': prettier,
  'C++ is formatted': clangFormat,
  'imports point inwards': arrows,
  'each package has the dependencies that it uses, and no others': dependencies,
  'no file is dead': dead,
  'no file is too long': size,
  'links in the docs lead somewhere': links,
  'docs/errors.md says what the table of errors says': errorDocs,
};

const total = { passed: 0, failed: 0, skipped: 0 };
for (const [name, check] of Object.entries(CHECKS)) {
  const { problems = [], skipped } = await check();
  if (skipped) {
    total.skipped += 1;
    console.log(skipLine(name, skipped));
  } else if (problems.length > 0) {
    total.failed += 1;
    console.log(`FAILED ${name}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  } else {
    total.passed += 1;
    console.log(`ok ${name}`);
  }
}
console.log(sumLine(total));
process.exitCode = total.failed > 0 ? 1 : 0;
