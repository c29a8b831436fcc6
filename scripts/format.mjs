// `npm run format`: writes every file in the form that the lint asks for.
import { run, which } from './lib/command.mjs';
import { CLANG_FORMAT, cppFiles } from './lint/clang-format.mjs';
import { PRETTIER } from './lint/prettier.mjs';

const formatted = await run(process.execPath, [PRETTIER, '--write', '--log-level=warn', '.'], { show: true });
process.exitCode = formatted.code;
if (which(CLANG_FORMAT)) process.exitCode ||= (await run(CLANG_FORMAT, ['-i', ...cppFiles()], { show: true })).code;
else console.error(`${CLANG_FORMAT} is not installed: C++ stays as it is.`);
