import type { Http1Framing } from '@mcc/core';
import type { RequestSpec } from './request.js';

/** One of the requests that a load is made of. */
export interface WorkloadItem {
  /** What the report calls it. */
  readonly name: string;
  /** Its share of the load, by the sum of all. */
  readonly weight: number;
  readonly request: RequestSpec;
  /** How its response is read. */
  readonly framing: Http1Framing;
}

/** The most that a weight may be: sums of 65,536 of them fit. */
export const WEIGHT_MAX = 1_000_000;
