import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTrace } from './trace.js';

const folder = mkdtempSync(join(tmpdir(), 'mcc-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function write(content: string): string {
  const path = join(folder, `${(files += 1)}.txt`);
  writeFileSync(path, content);
  return path;
}

describe('readTrace', () => {
  it('reads times in nanoseconds, past comments and empty lines', async () => {
    const trace = await readTrace(
      write('# recorded in May\n\n0\n0.000001  # the second\r\n.25\n  1.123456789\n1.5\n1.5'),
    );
    expect(trace).toEqual({ departuresNs: Float64Array.of(0, 1000, 25e7, 1_123_456_789, 15e8, 15e8) });
  });

  it('reads sizes in bytes, after blanks or a comma', async () => {
    const trace = await readTrace(write('0 64\n0.1\t1460\n0.2,1\n0.3 ,  2147483647\n'));
    expect(trace.departuresNs).toEqual(Float64Array.of(0, 1e8, 2e8, 3e8));
    expect(trace.messageBytes).toEqual(Uint32Array.of(64, 1460, 1, 2147483647));
  });

  it('reads a long trace', async () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => (index / 1000).toFixed(3));
    const { departuresNs } = await readTrace(write(lines.join('\n')));
    expect(departuresNs).toHaveLength(100_000);
    expect(departuresNs[99_999]).toBe(99_999e6);
  });

  it.each([
    ['', 'has no departures: write one time, in seconds, a line'],
    ['# nothing\n', 'has no departures'],
    ['0\n\nsoon\n', 'line 3: "soon" is not a time in seconds, such as 0.000125'],
    ['-1\n', 'line 1: "-1" is not a time in seconds'],
    ['1e-3\n', 'line 1: "1e-3" is not a time in seconds'],
    ['1800001\n', 'line 1: 1800001 seconds are too many: at most 500 hours'],
    ['0.2\n0.1\n', 'line 2: 0.1 is earlier than the line before it: sort the file by time'],
    ['0 1 2\n', 'line 1: "0 1 2" is more than a time and a size'],
    ['0 big\n', 'line 1: "big" is not a size in bytes, from 1 to 2147483647'],
    ['0 0\n', 'line 1: "0" is not a size in bytes'],
    ['0 2147483648\n', 'line 1: "2147483648" is not a size in bytes'],
    ['0 64\n1\n', 'line 2: it has no size, unlike the lines before it: give all of them one, or none'],
    ['0\n1 64\n', 'line 2: it has a size, unlike the lines before it'],
  ])('refuses %j', async (content, sentence) => {
    const path = write(content);
    await expect(readTrace(path)).rejects.toMatchObject({
      code: 'MCC_ERR_USAGE',
      message: expect.stringContaining(`--arrival file:${path}`),
    });
    await expect(readTrace(path)).rejects.toThrow(sentence);
  });

  it('says that there is no such file, or that it is none', async () => {
    await expect(readTrace(join(folder, 'none'))).rejects.toThrow(
      /^--arrival file:.*none: there is no such file; check the path$/,
    );
    await expect(readTrace(folder)).rejects.toThrow(`--arrival file:${folder}: it is a folder; give a file`);
  });
});
