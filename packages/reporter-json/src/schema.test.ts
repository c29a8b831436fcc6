import type { RunReport, z } from '@mcc/core';
import { sampleDistribution, sampleReport } from '@mcc/core/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { reportJsonSchema, reportSchema } from './schema.js';

/** A type without `readonly`, which a schema does not know. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

const validate = new Ajv2020({ allErrors: true }).compile(reportJsonSchema());

/** Every optional section present, as JSON.parse gives it. */
const full = (): Record<string, unknown> =>
  JSON.parse(
    JSON.stringify(
      sampleReport({
        environment: { ...sampleReport().environment, dpdk: '22.11' },
        pacing: { scheduled: 10, late: 1, queued: 2, unsent: 1, errorUs: sampleDistribution([0.1, 0.2]) },
        received: { messages: 3, deliveryUs: sampleDistribution([20, 30, 40]) },
        errors: { MCC_ERR_REPLY_TIMEOUT: 2 },
        generator: {
          pollGapUs: sampleDistribution([0.2, 31]),
          headroom: { packetBuffers: { size: 16_384, leastFree: 12_000 } },
          notes: ['The generator was the bottleneck.'],
        },
        protocol: { anything: { at: ['all'] } },
        thresholds: [{ expression: 'latency.p99<5ms', actual: null, passed: false }],
      }),
    ),
  ) as Record<string, unknown>;

describe('the schema', () => {
  it('describes the type RunReport, no more and no less', () => {
    expectTypeOf<Plain<z.infer<typeof reportSchema>>>().toEqualTypeOf<Plain<RunReport>>();
  });

  it('gives a strict validator nothing to complain of', () => {
    const said: string[] = [];
    const note = (text: string): number => said.push(text);
    new Ajv2020({ logger: { log: note, warn: note, error: note } }).compile(reportJsonSchema());
    expect(said).toEqual([]);
  });

  it('accepts reports, with and without what is optional', () => {
    const { latencyUs: _latency, serviceTimeUs: _service, ...unmeasured } = full();
    expect(validate(full()), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(unmeasured), JSON.stringify(validate.errors)).toBe(true);
    expect(reportSchema.safeParse(full()).success).toBe(true);
  });

  it('knows what the URLs of an HTTP load look like', () => {
    const http = { status: { '200': 2 }, classes: { '2xx': 2 } };
    const url = { name: '/a', completed: 2, failed: 0, latencyUs: sampleDistribution([1, 2]) };
    const withHttp = (section: object) => ({ ...full(), protocol: { http: section, other: 1 } });
    expect(validate(withHttp({ ...http, urls: [url], statusLatencyUs: { '2xx': url.latencyUs } }))).toBe(true);
    expect(validate(withHttp({ ...http, urls: [{ ...url, completed: -1 }] }))).toBe(false);
    expect(validate.errors?.[0]?.instancePath).toBe('/protocol/http/urls/0/completed');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['another version', { schema: 'mcc-report/2' }, '/schema'],
    ['a missing section', { requests: undefined }, ''],
    ['an unknown section', { surprise: 1 }, ''],
    ['an unknown figure', { bytes: { sent: 0, received: 0, lost: 0 } }, '/bytes'],
    ['a negative count', { bytes: { sent: -1, received: 0 } }, '/bytes/sent'],
    ['a number that JSON cannot hold', { bytes: { sent: NaN, received: 0 } }, '/bytes/sent'],
    ['a code that is none', { errors: { ECONNREFUSED: 1 } }, '/errors'],
    [
      'a limit without its size',
      { generator: { headroom: { ring: { leastFree: 1 } }, notes: [] } },
      '/generator/headroom/ring',
    ],
    ['a nested fact of the stack', { stack: { deep: {} } }, '/stack/deep'],
  ])('refuses %s', (_, change, path) => {
    const report = JSON.parse(JSON.stringify({ ...full(), ...change })) as unknown;
    expect(validate(report)).toBe(false);
    expect(validate.errors?.map((error) => error.instancePath)).toContain(path);
  });
});
