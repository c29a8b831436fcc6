#!/usr/bin/env -S node --no-memory-reducer
// The flag: V8 would collect garbage in the middle of a load, on the cores of the workers.
// Committed, not built: npm links a command only if its file exists, and at `npm ci` nothing has been built yet.
import { existsSync } from 'node:fs';

const built = new URL('../dist/bin.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write('http_loader: it has not been built yet: npm run build\n');
  process.exitCode = 1;
}
