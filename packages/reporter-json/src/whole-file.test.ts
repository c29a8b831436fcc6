import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WholeFile } from './whole-file.js';

vi.mock('node:fs', async (original) => ({ ...(await original<typeof fs>()) }));

let directory: string;
beforeEach(() => (directory = fs.mkdtempSync(join(tmpdir(), 'mcc-whole-file-'))));
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(directory, { recursive: true });
});

const failure = (code: string): Error => Object.assign(new Error(code), { code });
/** The pid of a process that has ended. */
const deadPid = (): number => spawnSync('true').pid;

describe('WholeFile', () => {
  it('makes the file, and replaces it', () => {
    const path = join(directory, 'report.json');
    const umask = process.umask();
    new WholeFile(path).write('one');
    expect(fs.statSync(path).mode & 0o777).toBe(0o644 & ~umask);
    new WholeFile(path).write('two');
    expect(fs.readFileSync(path, 'utf8')).toBe('two');
    expect(fs.readdirSync(directory)).toEqual(['report.json']);
  });

  it('follows a link instead of replacing it', () => {
    fs.mkdirSync(join(directory, 'real'));
    fs.writeFileSync(join(directory, 'real/report.json'), 'old');
    fs.symlinkSync('real/report.json', join(directory, 'link.json'));
    new WholeFile(join(directory, 'link.json')).write('new');
    expect(fs.lstatSync(join(directory, 'link.json')).isSymbolicLink()).toBe(true);
    expect(fs.readFileSync(join(directory, 'real/report.json'), 'utf8')).toBe('new');
  });

  it.each(['writeFileSync', 'fsyncSync', 'renameSync'] as const)(
    'leaves the old file and nothing else when %s fails',
    (operation) => {
      const path = join(directory, 'report.json');
      fs.writeFileSync(path, 'old');
      vi.spyOn(fs, operation).mockImplementation(() => {
        throw failure('ENOSPC');
      });
      expect(() => new WholeFile(path).write('new')).toThrow('ENOSPC');
      vi.restoreAllMocks();
      expect(fs.readFileSync(path, 'utf8')).toBe('old');
      expect(fs.readdirSync(directory)).toEqual(['report.json']);
    },
  );

  it('has the whole text on the disk before it takes the name', () => {
    const calls: string[] = [];
    const path = join(directory, 'report.json');
    for (const operation of ['writeFileSync', 'fsyncSync', 'renameSync'] as const) {
      const original = fs[operation] as (...parameters: unknown[]) => void;
      vi.spyOn(fs, operation).mockImplementation((...parameters: unknown[]) => {
        calls.push(operation);
        original(...parameters);
      });
    }
    new WholeFile(path).write('text');
    expect(calls).toEqual(['writeFileSync', 'fsyncSync', 'renameSync', 'fsyncSync']);
  });

  it('is content with a file system that cannot sync a directory', () => {
    const path = join(directory, 'report.json');
    const sync = fs.fsyncSync;
    vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => {
      if (fs.fstatSync(file).isDirectory()) throw failure('EINVAL');
      sync(file);
    });
    new WholeFile(path).write('text');
    expect(fs.readFileSync(path, 'utf8')).toBe('text');
  });

  it('removes what killed processes left behind, and only that', () => {
    const path = join(directory, 'report.json');
    const kept = ['.report.json.1.tmp', '.other.json.1.tmp', '.report.json.x.tmp', 'report.json'];
    const stale = [`.report.json.${deadPid()}.tmp`, `.report.json.${process.pid}.tmp`];
    for (const name of [...kept, ...stale]) fs.writeFileSync(join(directory, name), '');
    new WholeFile(path).prepare();
    expect(fs.readdirSync(directory).sort()).toEqual([...kept].sort());
  });

  it('finds out beforehand that no file can be made', () => {
    expect(() => new WholeFile(join(directory, 'absent/report.json')).prepare()).toThrow('ENOENT');
    new WholeFile(join(directory, 'report.json')).prepare();
    expect(fs.readdirSync(directory)).toEqual([]);
  });
});
