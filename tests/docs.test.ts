import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { HTTP_LOADER_BIN, MCC_BIN, serve, type Serving } from './harness/mcc.js';
import { needMtcp } from './harness/mtcp.js';
import { start } from './harness/process.js';
import { tempDir } from './harness/temp.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Pages with command lines; those of conf/ have a test of their own. */
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
  ...['packages', 'apps', 'examples'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}/README.md`),
  ),
];

/** The command lines of one fenced block, in their order: a server's comes before those of its clients. */
type Block = readonly (readonly string[])[];

/** Blocks whose lines can be typed anywhere: no list of commands, no device that a machine may lack or that MCC_CONFIG names. */
function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks
    .filter((block) => !/\[run\]|af_packet:|pci:/.test(block))
    .map((block) => linesOf(block).filter((words) => words[1] !== 'doctor' && !words.includes('--network-stack')))
    .filter((lines) => lines.length > 0);
}

function linesOf(block: string): string[][] {
  const lines = block.replaceAll(/\\\n/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const [, program, rest = ''] = /^(?:npx )?(mcc|http_loader) +(.*)$/.exec(line.replace(/ +# .*/, '')) ?? [];
    return program === undefined ? [] : [[program, ...wordsOf(rest)]];
  });
}

/** As a shell splits them: blanks, and single quotes. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
}

/** What makes a line small enough for a test. */
const SMALL: Readonly<Record<string, string>> = {
  '-d': '500ms',
  '--duration': '500ms',
  '-c': '100',
  '-s': '0.1',
  '-w': '0.1',
  '-e': '0.1',
  '-b': '10',
  '-R': '1k',
  '--smp': '1',
  '--stage': '100ms:1k',
  '--raw.heartbeat': '200ms',
};

/** A threshold of the page's is about its load, not about this one. */
function scaled(words: readonly string[], placed: (word: string) => string): string[] {
  const kept = words.filter((word, at) => word !== '--threshold' && words[at - 1] !== '--threshold');
  return kept.map((word, at) => SMALL[kept[at - 1] ?? ''] ?? placed(word));
}

/** A folder with the files that the lines name, as their page describes them. */
function folderOf(page: string): string {
  const folder = tempDir();
  for (const name of ['conf', 'examples']) symlinkSync(join(ROOT, name), join(folder, name));
  symlinkSync(join(ROOT, 'examples/proto-ping'), join(folder, 'proto-ping'));
  const text = readFileSync(join(ROOT, page), 'utf8');
  for (const [language, name] of Object.entries({ json: 'requests.jsonl', csv: 'words.csv' })) {
    const [, content] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text) ?? [];
    if (content !== undefined) writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Types a block's lines in a folder, a server before its clients; where the block has none, one as the page assumes it. */
async function type(block: Block, cwd: string): Promise<void> {
  const overMemif = block.some((words) => words.includes('mtcp'));
  const device = ['--stack', 'mtcp', '--mtcp.port', 'memif:mcc.sock', '--mtcp.address', '198.18.0.2'];
  const opened = overMemif ? ['--listen', '198.18.0.2:8080', '--mtcp.huge', 'off'] : [];
  const [first = []] = block;
  const proto = first.includes('-l') ? ['--proto', 'raw'] : [];
  let server: Serving | undefined;
  if (first[1] !== 'serve') server = await serve([...proto, ...(overMemif ? device : []), ...opened], { cwd });
  for (const [program, ...words] of block) {
    // What a page calls its target is here the server on the loopback; over memif, it is what the page calls it.
    const address = overMemif ? '$&' : (server?.address ?? '127.0.0.1:0');
    const args = scaled(words, (word) =>
      word.replace('/tmp/mcc.sock', 'mcc.sock').replace(/(127\.0\.0\.1|198\.18\.0\.\d+)(:\d+)?(?=\/|$)/, address),
    );
    if (args[0] === 'serve') {
      server = await serve([...args.slice(1), ...opened], { cwd });
      continue;
    }
    const bin = program === 'mcc' ? MCC_BIN : HTTP_LOADER_BIN;
    const target = words.includes('--config') ? ['--dest', address] : [];
    const length = words.some((word) => /^(-d|--duration|--stage)$/.test(word)) ? [] : ['-d', '500ms'];
    const more = [...target, ...length, ...opened.slice(2), '--threshold', 'errors==0'];
    const { code, stdout, stderr } = await start([process.execPath, bin, ...args, ...more], { cwd }).ended;
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  }
}

for (const page of PAGES) {
  for (const block of blocksOf(page)) {
    test(`${page}: ${block.map((words) => words.join(' ')).join('; ')}`, async (context) => {
      if (block.some((words) => words.includes('mtcp'))) needMtcp(context);
      await type(block, folderOf(page));
    });
  }
}
