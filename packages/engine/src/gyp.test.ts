import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { include, sources } from './index.js';

const gyp = createRequire(import.meta.url)('../gyp.cjs') as {
  include(from?: string): string;
  sources(from?: string): string;
};
const root = fileURLToPath(new URL('..', import.meta.url));

describe('what a stack compiles', () => {
  it('is there', () => {
    expect(include.map((folder) => existsSync(folder))).toEqual([true, true, true]);
    expect(sources).toHaveLength(3);
    for (const source of sources) expect(existsSync(source), source).toBe(true);
    expect(existsSync(join(include[0]!, 'mcc/addon.hpp'))).toBe(true);
  });

  it('is told to gyp relative to the binding, without a space of its own', () => {
    const from = join(root, '../stack-kernel');
    expect(gyp.include(from).split(' ')).toHaveLength(3);
    expect(gyp.sources(from).split(' ')).toHaveLength(3);
    for (const path of [...gyp.include(from).split(' '), ...gyp.sources(from).split(' ')]) {
      expect(existsSync(join(from, path)), path).toBe(true);
    }
  });
});
