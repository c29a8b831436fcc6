import { domainToASCII } from 'node:url';
import type { Message, Target } from '@mcc/core';
import type { CsvData } from './csv-data.js';
import { BODY_LENGTH, CONTROL, requestHeaders, type Header } from './headers.js';
import { MessageWriter } from './message-writer.js';
import { refuse } from './refuse.js';
import { checkMethod, checkPath, checkPathValue } from './request-line.js';
import { columnsOf, parseTemplate, sampleOf, type Template } from './template.js';
import { version } from './version.js';

/** Methods whose body has no defined meaning: RFC 9110 sections 9.3.1, 9.3.2 and 9.3.5. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE']);
/** Methods that anticipate a body: RFC 9110 sections 9.3.3 and 9.3.4, RFC 5789 section 2. */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** What a request consists of. Path, values of headers and a body of text may have placeholders. */
export interface RequestSpec {
  /** What each part is called in a sentence about what is wrong with it. */
  readonly flags: Readonly<Record<'method' | 'path' | 'header' | 'body', string>>;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly Header[];
  /** Bytes leave as they are. */
  readonly body: string | Uint8Array;
  /** Whether a method without a body may have one. */
  readonly allowBody: boolean;
  readonly keepalive: boolean;
}

/** The message of a request (RFC 9112 section 2.1). Throws MccError for one that would be malformed. */
export function renderRequest(spec: RequestSpec, target: Target, data?: CsvData): Message {
  const { flags } = spec;
  const method = checkMethod(spec.method, flags.method);
  const body = bodyOf(spec, data);
  const varies = body.some((part) => typeof part === 'object' && 'kind' in part);
  const headers = requestHeaders(spec.headers, {
    flag: flags.header,
    host: authority(target),
    userAgent: `mcc/${version()}`,
    keepalive: spec.keepalive,
    bodyBytes: varies ? undefined : lengthOf(body),
    announceEmptyBody: WITH_BODY.has(method),
  });
  const writer = new MessageWriter(data).write([`${method} `, ...pathOf(spec, data), ' HTTP/1.1\r\n']);
  for (const [name, value] of headers) {
    writer.write([`${name}: `]);
    if (value === BODY_LENGTH) writer.writeBodyLength();
    else writer.write(headerValue(value, flags.header, data));
    writer.write(['\r\n']);
  }
  writer.write(['\r\n']).startBody();
  for (const part of body) {
    if (part instanceof Uint8Array) writer.bytes(part);
    else writer.write([part]);
  }
  return writer.message();
}

/** The Host of a target (RFC 9110 section 7.2), with the port unless it is HTTP's own. */
export function authority({ host, port }: Target): string {
  const name = uriHost(host);
  return port === 80 ? name : `${name}:${port}`;
}

/** RFC 3986 section 3.2.2: IPv6 in brackets, names in ASCII. A zone means something on this machine only: RFC 6874. */
function uriHost(host: string): string {
  if (host.includes(':')) return `[${host.replace(/%.*/, '')}]`;
  return /^[ -~]*$/.test(host) ? host : domainToASCII(host);
}

/** Every value that a column has must do, in the place where it will stand. */
function pathOf({ path, method, flags }: RequestSpec, data: CsvData | undefined): Template {
  const template = parseTemplate(path, flags.path, data);
  const [first] = template;
  // A column that the path starts with gives its first character.
  const leads = typeof first === 'object' && first.kind === 'csv';
  checkPath(leads ? sampleOf(path).replace(/^0/, '/') : sampleOf(path), method, flags.path);
  for (const column of columnsOf(template)) {
    const mustStart = leads && first.column === column;
    for (const value of data!.valuesOf(column)) checkPathValue(value, mustStart, `--http.data column "${column}"`);
  }
  return template;
}

function headerValue(value: string, flag: string, data: CsvData | undefined): Template {
  const template = parseTemplate(value, flag, data);
  for (const column of columnsOf(template)) {
    const wrong = data!.valuesOf(column).find((text) => CONTROL.test(text));
    if (wrong === undefined) continue;
    const shown = JSON.stringify(wrong);
    refuse(
      `--http.data column "${column}" has ${shown}, and stands in a header`,
      'leave out line breaks and control characters',
    );
  }
  return template;
}

function bodyOf(spec: RequestSpec, data: CsvData | undefined): readonly (Template[number] | Uint8Array)[] {
  const { body, method, allowBody, flags } = spec;
  if (body.length > 0 && WITHOUT_BODY.has(method) && !allowBody) {
    refuse(
      `${flags.body} gives ${method} a body, which servers need not accept`,
      'use POST, or add --http.allow-body true',
    );
  }
  return typeof body === 'string' ? parseTemplate(body, flags.body, data) : [body];
}

function lengthOf(body: readonly (Template[number] | Uint8Array)[]): number {
  let length = 0;
  for (const part of body) length += typeof part === 'string' ? Buffer.byteLength(part) : (part as Uint8Array).length;
  return length;
}
