// The TypeScript side of the engine: how a stack's addon becomes a StackPort. What its binding.gyp needs is in gyp.cjs.
import { createRequire } from 'node:module';

export { openPort, type NativePort, type NativeStack } from './open-port.js';

const gyp = createRequire(import.meta.url)('@mcc/engine/gyp') as {
  readonly includeDirs: readonly string[];
  readonly sourceFiles: readonly string[];
};

/** Absolute folders that a stack's compiler searches for headers. */
export const include: readonly string[] = gyp.includeDirs;

/** Absolute paths of the C sources that a stack compiles in. */
export const sources: readonly string[] = gyp.sourceFiles;
