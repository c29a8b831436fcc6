import { readFileSync } from 'node:fs';
import { z } from '@mcc/core';
import { responseFraming } from './expectation.js';
import { parseHeader, type Header } from './headers.js';
import type { HttpOptions } from './options.js';
import { refuse, refuseUnreadable } from './refuse.js';
import { WEIGHT_MAX, type WorkloadItem } from './workload-item.js';

/** As many as the engine draws from. */
const REQUESTS_MAX = 65_536;

const requestLine = z.strictObject({
  name: z.string().min(1).optional(),
  method: z.string().optional(),
  path: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
  /** What is no text is sent as JSON. */
  body: z.json().optional(),
  weight: z.int().min(1).max(WEIGHT_MAX).default(1),
  expectStatus: z.union([z.string(), z.int()]).optional(),
  expectSha256: z.string().optional(),
});
type RequestLine = z.infer<typeof requestLine>;

/** Reads `--http.requests`: one JSON object a line. What a line leaves out is as `options` have it for all. */
export function readRequests(file: string, options: HttpOptions, headers: readonly Header[]): readonly WorkloadItem[] {
  const lines = readLines(file);
  if (lines.length === 0) refuse(`--http.requests ${file} has no request`, 'give one JSON object a line');
  if (lines.length > REQUESTS_MAX) {
    refuse(`--http.requests ${file} has ${lines.length} requests`, 'give at most 65536, with weights');
  }
  return lines.map(({ text, number }) => {
    const where = `--http.requests ${file}, line ${number}:`;
    return itemOf(parseLine(text, where), where, options, headers);
  });
}

function readLines(file: string): readonly { readonly text: string; readonly number: number }[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    return refuseUnreadable(`--http.requests ${file}`, error);
  }
  return content
    .split('\n')
    .map((text, index) => ({ text, number: index + 1 }))
    .filter(({ text }) => text.trim() !== '');
}

function parseLine(text: string, where: string): RequestLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse(
      `${where} ${JSON.stringify(text.slice(0, 40))} is no JSON`,
      'write {"path": "/…"}, each on a line of its own',
    );
  }
  const parsed = requestLine.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const keys = Object.keys(requestLine.shape).join(', ');
  return refuse(`${where} ${[...path, message].join(' ')}`, `a request has ${keys}`);
}

function itemOf(line: RequestLine, where: string, options: HttpOptions, common: readonly Header[]): WorkloadItem {
  const method = line.method ?? options.method;
  const own = Object.entries(line.headers ?? {}).map(([name, value]) =>
    parseHeader(`${name}: ${value}`, `${where} header`),
  );
  const headers = [...common.filter(([name]) => !has(own, name)), ...own];
  const isJson = line.body !== undefined && typeof line.body !== 'string';
  return {
    name: line.name ?? `${method} ${line.path}`,
    weight: line.weight,
    request: {
      flags: {
        method: `${where} method`,
        path: `${where} path`,
        header: `${where} headers`,
        body: `${where} body`,
      },
      method,
      path: line.path,
      headers: isJson && !has(headers, 'Content-Type') ? [['Content-Type', 'application/json'], ...headers] : headers,
      body: isJson ? JSON.stringify(line.body) : ((line.body as string | undefined) ?? ''),
      allowBody: options.allowBody,
      keepalive: options.keepalive,
    },
    framing: responseFraming(
      method,
      String(line.expectStatus ?? options.expectStatus),
      line.expectSha256 ?? options.expectSha256,
      { status: `${where} expectStatus`, sha256: `${where} expectSha256` },
    ),
  };
}

function has(headers: readonly Header[], name: string): boolean {
  return headers.some(([other]) => other.toLowerCase() === name.toLowerCase());
}
