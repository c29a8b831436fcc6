import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { constants, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { MccError, OUTPUT, PLUGIN_OPTIONS, REPORTER, type Reporter } from '@mcc/core';
import { sampleReport, sampleRunInfo } from '@mcc/core/testing';
import { container } from 'tsyringe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import plugin, { JsonReporter } from './index.js';
import { serialise } from './serialise.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'mcc-json-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const report = sampleReport();
/** A stream whose writes end in `error`, or succeed a while after they were handed over. */
class Sink extends Writable {
  received = '';
  constructor(error?: Error) {
    super({
      highWaterMark: 1,
      write: (chunk: Buffer, _encoding, done) => {
        if (error === undefined) this.received += chunk.toString();
        setImmediate(done, error);
      },
    });
  }
}
const reporterTo = (out: string): JsonReporter => new JsonReporter({ out }, new Sink());
const errorOf = async (action: () => void | Promise<void>): Promise<MccError> => {
  try {
    await action();
  } catch (error) {
    if (error instanceof MccError) return error;
  }
  throw new Error('no MccError was thrown');
};

describe('the plugin', () => {
  it('registers a reporter with its options and the output', async () => {
    const sink = new Sink();
    const child = container.createChildContainer();
    child.register(PLUGIN_OPTIONS, { useValue: plugin.options.parse({}) });
    child.register(OUTPUT, { useValue: sink });
    plugin.register(child);
    const reporter = child.resolve<Reporter>(REPORTER);
    expect(reporter.name).toBe(plugin.name);
    await reporter.onStart?.(sampleRunInfo());
    expect(sink.received).toBe('');
    await reporter.onEnd?.(report);
    expect(sink.received).toBe(serialise(report));
  });

  it('wants a name for the file', () => {
    expect(plugin.options.parse({ out: 'report.json' })).toEqual({ out: 'report.json' });
    expect(plugin.options.safeParse({ out: '' }).error?.issues[0]?.message).toBe('needs the name of a file');
  });
});

describe('to standard output', () => {
  it.each([{}, { out: '/dev/stdout' }])('waits until it is written (%o)', async (given) => {
    const sink = new Sink();
    const reporter = new JsonReporter(plugin.options.parse(given), sink);
    reporter.onStart();
    await reporter.onEnd(report);
    expect(sink.received).toBe(serialise(report));
  });

  it('says that nobody reads any more', async () => {
    const gone = new Sink(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', errno: -32 }));
    const error = await errorOf(() => new JsonReporter({}, gone).onEnd(report));
    expect(error.code).toBe('MCC_ERR_OUTPUT');
    expect(error.message).toBe('The report could not be written to standard output: broken pipe (EPIPE).');
  });
});

describe('to a file', () => {
  it('writes it once, at the end', async () => {
    const path = join(directory, 'report.json');
    const reporter = reporterTo(path);
    reporter.onStart();
    expect(readdirSync(directory)).toEqual([]);
    await reporter.onEnd(report);
    expect(readFileSync(path, 'utf8')).toBe(serialise(report));
    expect(readdirSync(directory)).toEqual(['report.json']);
  });

  it.each([
    ['absent/report.json', 'no such file or directory (ENOENT)'],
    ['directory', 'it is a directory'],
    ['file/report.json', 'not a directory (ENOTDIR)'],
  ])('refuses %s before the run', async (name, reason) => {
    mkdirSync(join(directory, 'directory'));
    writeFileSync(join(directory, 'file'), '');
    const path = join(directory, name);
    const error = await errorOf(() => reporterTo(path).onStart());
    expect(error.code).toBe('MCC_ERR_OUTPUT');
    expect(error.message).toBe(`The report could not be written to --json.out ${path}: ${reason}.`);
  });

  it('fails where the disk is full', async () => {
    const reporter = reporterTo('/dev/full');
    reporter.onStart();
    const error = await errorOf(() => reporter.onEnd(report));
    expect(error.exitCode).toBe(1);
    expect(error.message).toBe(
      'The report could not be written to --json.out /dev/full: no space left on device (ENOSPC).',
    );
  });

  it('says that the reader of a named pipe has gone', async () => {
    const pipe = join(directory, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const reading = await open(pipe, constants.O_RDWR);
    const longer = sampleReport({ run: { ...report.run, options: { note: 'x'.repeat(300_000) } } });
    const failed = errorOf(() => reporterTo(pipe).onEnd(longer));
    await reading.read(Buffer.alloc(1000));
    await reading.close();
    expect((await failed).message).toContain('broken pipe (EPIPE)');
  });

  it('does not wait for somebody to read a named pipe', async () => {
    const pipe = join(directory, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const error = await errorOf(() => reporterTo(pipe).onEnd(report));
    expect(error.message).toContain('(ENXIO)');
  });

  it('writes into a named pipe', async () => {
    const pipe = join(directory, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    // Opened for both directions, so that a reader is certain to be there.
    const reading = await open(pipe, constants.O_RDWR);
    const reporter = reporterTo(pipe);
    reporter.onStart();
    const long = sampleReport({ run: { ...report.run, options: { note: 'x'.repeat(300_000) } } });
    const expected = serialise(long);
    const written = reporter.onEnd(long);
    const received = Buffer.alloc(expected.length);
    for (let length = 0; length < expected.length;) length += (await reading.read(received, length)).bytesRead;
    await written;
    await reading.close();
    expect(received.toString()).toBe(expected);
  });
});
