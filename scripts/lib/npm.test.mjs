import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { upToDate } from './npm.mjs';

/** A folder with these lock files: what is wanted, and what npm says it installed. */
function tree(wanted, installed) {
  const root = mkdtempSync(join(tmpdir(), 'mcc-npm-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...wanted } }));
  if (installed)
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
  return root;
}

const zod = { version: '4.6.7', integrity: 'sha512-a' };

test('what is installed as the lock file says is up to date', () => {
  expect(upToDate(tree({ 'node_modules/zod': zod }, { 'node_modules/zod': zod }))).toBe(true);
});

test('nothing installed is not', () => {
  expect(upToDate(tree({ 'node_modules/zod': zod }))).toBe(false);
});

test('another version, or a package that is new, is not', () => {
  const older = { version: '4.0.0', integrity: 'sha512-b' };
  expect(upToDate(tree({ 'node_modules/zod': zod }, { 'node_modules/zod': older }))).toBe(false);
  expect(upToDate(tree({ 'node_modules/zod': zod }, {}))).toBe(false);
});

test('an optional package for another platform need not be there', () => {
  const other = { version: '1.0.0', optional: true };
  expect(upToDate(tree({ 'node_modules/zod': zod, 'node_modules/mac': other }, { 'node_modules/zod': zod }))).toBe(
    true,
  );
});
