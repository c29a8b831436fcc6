export { programFaults } from './check-program.js';
export { testProtocol, type ProtocolCase } from './protocol-suite.js';
export { testReporter, type ReporterCase } from './reporter-suite.js';
export { sampleDistribution, sampleInterval, sampleProgress, sampleReport, sampleRunInfo } from './sample-report.js';
export { testStack } from './stack-suite.js';
export type { StackCase, StackNetwork } from './stack/network.js';
