// The TypeScript side of the engine: how a stack's addon becomes a StackPort. What its binding.gyp needs is in gyp.cjs.
export { openPort, type NativePort, type NativeStack } from './open-port.js';
