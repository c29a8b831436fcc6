export * from './contracts/batch.js';
export * from './contracts/plugin.js';
export * from './contracts/program.js';
export * from './contracts/protocol.js';
export * from './contracts/report.js';
export * from './contracts/reporter.js';
export * from './contracts/stack.js';
export * from './errors.js';
/** Where a stack in plain TypeScript counts a value, in ns, within a histogram of its stats block. */
export { indexOf as histogramIndex } from './metrics/histogram.js';
export * from './metrics/layout.js';
export * from './run/request.js';
export * from './run/io.js';
export { run } from './run/run.js';
export { serve, type ServeIo } from './run/serve.js';
/** From which share of its time on, in percent, a worker's core counts as busy. */
export { BUSY_LIMIT } from './metrics/generator-notes.js';
export type { Snapshot } from './metrics/snapshot.js';
export { evaluate, parseThreshold, type Threshold } from './thresholds/threshold.js';
export {
  count,
  duration,
  flag,
  formatDuration,
  list,
  parseDuration,
  size,
  text,
  type Bounds,
} from './options/schemas.js';
export { openCommand, readCommand, type OpenedCommand, type ReadCommand } from './options/command.js';
export {
  runOptions,
  serveOptions,
  type Arrival,
  type PluginDefaults,
  type RunDefaults,
  type RunOptions,
  type ServeOptions,
} from './options/core-options.js';
export { describeOptions, type CommandName, type OptionSpec } from './options/describe.js';
export { planLoad, type LoadPlan } from './options/load-plan.js';
export { firstLine, usageError } from './options/raw.js';
export { prepareRun, prepareServe, type ChosenPlugins, type Prepared } from './options/requests.js';
export { peekArgv, scanArgv, unknownLetters } from './options/scan-argv.js';
export type { Stage } from './options/stage.js';
export { readTrace, type Trace } from './options/trace.js';
export { didYouMean } from './options/suggest.js';
export { isSystemError, unreadable } from './options/unreadable.js';
export { validateOptions } from './options/validate.js';
/** How figures are written in the sentences of a report. */
export * as units from './text/units.js';
export { listPlugins, type InstalledPlugin } from './plugins/list.js';
export { importPlugin, type ImportedPlugin } from './plugins/load.js';
export type { PluginPlaces } from './plugins/locate.js';
/** The schema library, so that a plugin needs no dependency but this package. */
export { z } from 'zod';
export { instantiate } from './container.js';
