export * from './contracts/batch.js';
export * from './contracts/plugin.js';
export * from './contracts/program.js';
export * from './contracts/protocol.js';
export * from './contracts/report.js';
export * from './contracts/reporter.js';
export * from './contracts/stack.js';
export * from './errors.js';
export { count, duration, flag, formatDuration, list, size, text, type Bounds } from './options/schemas.js';
