import { z } from '@mcc/core';

/**
 * The report `mcc-report/1` as a schema: the one source of the JSON Schema that ships with the package and of the order
 * of keys in the file. A test holds it equal to the type `RunReport`. Objects are closed but for `run.options`,
 * `protocol` and `stack`, which belong to the plugins.
 */

const amount = () => z.number().nonnegative();
const total = () => z.int().nonnegative();
const perSecond = () => amount().describe('Per second.');

const distribution = z
  .strictObject({
    count: total(),
    min: amount(),
    mean: amount(),
    stdev: amount(),
    p50: amount(),
    p75: amount(),
    p90: amount(),
    p95: amount(),
    p99: amount(),
    p999: amount(),
    p9999: amount(),
    max: amount(),
    histogram: z.string().describe('HdrHistogram V2, base64, of whole microseconds.'),
    histogramNs: z.string().describe('HdrHistogram V2, base64, of nanoseconds, as recorded.'),
  })
  .meta({ id: 'distribution', description: 'Microseconds.' });

const requestClass = z
  .strictObject({
    name: z.string(),
    completed: total().describe('Replies read to their end, whatever they say.'),
    failed: total().describe('Requests that ended in any error.'),
    latencyUs: distribution.exactOptional(),
  })
  .meta({ id: 'requestClass', description: 'Requests that are counted and timed apart.' });

/** What the protocols that come with mcc add. Those of others are theirs to describe. */
const protocols: z.ZodType<Record<string, unknown>> = z.looseObject({
  http: z
    .looseObject({
      status: z.record(z.string().regex(/^[1-9]\d\d$/), total()).describe('Responses per status code.'),
      classes: z.record(z.string().regex(/^[1-9]xx$/), total()).describe('Responses per class of status codes.'),
      urls: z.array(requestClass).describe('Per URL, when there are several.').exactOptional(),
      statusLatencyUs: z
        .record(z.string(), distribution)
        .describe('Per class of status codes, when there is more than one.')
        .exactOptional(),
    })
    .exactOptional(),
});

const run = z.strictObject({
  id: z.string(),
  startedAt: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    .describe('ISO 8601, UTC.'),
  durationSeconds: amount().describe('Length of the load phase as it was, without drain.'),
  stack: z.string(),
  protocol: z.string(),
  target: z.string().describe('As the user gave it.'),
  connections: total(),
  workers: total(),
  seed: z.string().regex(/^\d+$/).describe('Decimal: 64 bits do not fit a JSON number.'),
  options: z.record(z.string(), z.unknown()).describe("Every option in force, core's and the plugins'."),
  endedBy: z.enum(['duration', 'signal', 'completed', 'error']),
});

const environment = z.strictObject({
  cpu: z.string(),
  cores: total(),
  kernel: z.string(),
  node: z.string(),
  dpdk: z.string().exactOptional(),
});

const connections = z.strictObject({
  attempted: total(),
  established: total(),
  peak: total().describe("The most that were established at one time; of several workers, the sum of each one's most."),
  failed: total(),
  closedByPeer: total(),
  reconnected: total(),
  ratePerSecond: amount().describe('Established per second while connections were set up.').exactOptional(),
  open: total().describe('Established when the load ended.'),
  connectTimeUs: distribution.exactOptional(),
});

const requests = z.strictObject({
  sent: total(),
  completed: total().describe('Replies read to their end, whatever they say.'),
  failed: total().describe('Requests that ended in any error.'),
  ratePerSecond: amount().describe('Completed per second of the load phase.'),
});

const pacing = z.strictObject({
  scheduled: total().describe('Departures meant to leave during the load.'),
  late: total().describe('Left more than 1 ms late, though their connection was free.'),
  queued: total().describe('Waited for a connection that was busy when their turn came.'),
  unsent: total().describe('Were still waiting for a connection when the load ended.'),
  errorUs: distribution.describe('Actual minus intended departure, microseconds.').exactOptional(),
});

const received = z
  .strictObject({
    messages: total(),
    deliveryUs: distribution.describe('From the departure that the message tells, microseconds.').exactOptional(),
  })
  .meta({ description: 'Messages that were not asked for, such as pushes.' });

const usage = z.strictObject({
  cpuSeconds: z.strictObject({ user: amount(), system: amount() }),
  maxRssBytes: total(),
  busyPercent: amount().describe("Of the busiest worker's core during the load."),
});

const headroom = z.strictObject({
  size: total(),
  leastFree: total().describe(
    'The fewest that were free at any time until the load ended, of the worker that had fewest.',
  ),
});

const generator = z.strictObject({
  pollGapUs: distribution
    .describe(
      'During the load, the time between two looks of a worker at the network, without what it slept, microseconds.',
    )
    .exactOptional(),
  headroom: z
    .record(z.string(), headroom)
    .describe('How near the stack came to its limits: packet buffers, frames in rings, by its names for them.')
    .exactOptional(),
  notes: z.array(z.string()).describe('Whether the generator was the limit, why, and what to raise.'),
});

const threshold = z.strictObject({
  expression: z.string(),
  actual: z
    .number()
    .nullable()
    .describe('Null when the metric was not measured: the threshold then counts as crossed.'),
  passed: z.boolean(),
});

const interval = z.strictObject({
  atSeconds: amount().describe('End of the interval, since the start of the load.'),
  connectionsOpen: total(),
  connectRate: perSecond(),
  requestRate: perSecond(),
  errorCount: total(),
  p50Us: amount().exactOptional(),
  p99Us: amount().exactOptional(),
  bytesReceivedRate: perSecond(),
  bytesSentRate: perSecond(),
});

export const reportSchema = z
  .strictObject({
    schema: z.literal('mcc-report/1'),
    tool: z.strictObject({ name: z.string(), version: z.string() }),
    run,
    environment,
    connections,
    requests,
    bytes: z.strictObject({ sent: total(), received: total() }).describe('TCP payload.'),
    latencyUs: distribution.describe('From the intended send time, microseconds.').exactOptional(),
    serviceTimeUs: distribution.describe('From the actual send time, microseconds.').exactOptional(),
    pacing: pacing.exactOptional(),
    received: received.exactOptional(),
    classes: z
      .array(requestClass)
      .describe('By the class that the stack puts their connection in; only classes that had any.')
      .exactOptional(),
    errors: z
      .record(z.string().regex(/^MCC_ERR_[A-Z_]+$/), total())
      .describe('Count per code; only those that happened.'),
    protocol: protocols.describe('What the protocol plugin adds.'),
    stack: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .describe("The stack's own counters and facts."),
    process: usage,
    generator,
    thresholds: z.array(threshold),
    intervals: z.array(interval).describe('Rates and percentiles are of the interval alone.'),
  })
  .meta({
    title: 'MCC report, version 1',
    description: 'Absent means not measured. Times are microseconds unless named otherwise.',
  });

/** The JSON Schema (draft 2020-12) of the report. Strict validators, such as ajv as it comes, find nothing in it. */
export function reportJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(reportSchema, { target: 'draft-2020-12' });
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => withOneType(value)) as Record<string, unknown>;
}

/** A list of types as alternatives of one type each, which is how strict validators want it. */
function withOneType(value: unknown): unknown {
  const { type, ...rest } = (value ?? {}) as { readonly type?: unknown };
  return Array.isArray(type) ? { ...rest, anyOf: type.map((each: unknown) => ({ type: each })) } : value;
}
