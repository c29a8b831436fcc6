export { sampleDistribution, sampleInterval, sampleProgress, sampleReport, sampleRunInfo } from './sample-report.js';
