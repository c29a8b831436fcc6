import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';

const path = createRequire(import.meta.url).resolve('@mcc/reporter-json/schema');
const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(path, 'utf8')) as object);

/** Throws, naming every deviation, unless the report is as the published JSON Schema says. */
export function assertReport(report: unknown): void {
  if (validate(report)) return;
  const found = (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
  throw new Error(`the report is not as its schema says:\n${found.join('\n')}`);
}
