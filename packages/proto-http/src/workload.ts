import type { Target } from '@mcc/core';
import { readBodyFile } from './body.js';
import { responseFraming } from './expectation.js';
import { parseHeader, type Header } from './headers.js';
import type { HttpOptions } from './options.js';
import { refuse } from './refuse.js';
import { readRequests } from './requests-file.js';
import { WEIGHT_MAX, type WorkloadItem } from './workload-item.js';

/** The one request of a plain load, which the report does not name. */
export function singleRequest(options: HttpOptions, target: Target): WorkloadItem {
  const { path } = options;
  return path === undefined
    ? itemOf(options, { path: target.path ?? '/', flag: '--dest' })
    : itemOf(options, { path, flag: '--http.path' });
}

/** Whether the load is drawn from several requests. */
export function isMix({ url, requests }: HttpOptions): boolean {
  return url.length > 0 || requests !== undefined;
}

/** The requests that a load is drawn from. */
export function mixOf(options: HttpOptions): readonly WorkloadItem[] {
  const { url, requests, path, body, bodyFile } = options;
  if (path !== undefined) {
    const other = requests === undefined ? '--http.url' : '--http.requests';
    refuse(`${other} and --http.path both give the path`, 'leave one of them out');
  }
  if (requests === undefined) return url.map((text) => urlItem(options, text));
  if (url.length > 0) refuse('--http.url and --http.requests both say what to request', 'leave one of them out');
  if (body !== undefined || bodyFile !== undefined) {
    refuse('--http.requests says which request has which body', 'leave out --http.body and --http.body-file');
  }
  return readRequests(requests, options, commonHeaders(options));
}

function urlItem(options: HttpOptions, text: string): WorkloadItem {
  const [, weight = '1', path] = /^(?:(\d+):)?(.*)$/s.exec(text)!;
  if (Number(weight) < 1 || Number(weight) > WEIGHT_MAX) {
    refuse(`--http.url ${JSON.stringify(text)} has the weight ${weight}`, 'give one from 1 to 1000000');
  }
  return { ...itemOf(options, { path: path!, flag: '--http.url' }), name: path!, weight: Number(weight) };
}

function itemOf(options: HttpOptions, { path, flag }: { path: string; flag: string }): WorkloadItem {
  const { method, bodyFile, allowBody, keepalive } = options;
  return {
    name: path,
    weight: 1,
    request: {
      flags: {
        method: '--http.method',
        path: flag,
        header: '--http.header',
        body: bodyFile === undefined ? '--http.body' : '--http.body-file',
      },
      method,
      path,
      headers: commonHeaders(options),
      body: bodyOf(options),
      allowBody,
      keepalive,
    },
    framing: responseFraming(method, options.expectStatus, options.expectSha256),
  };
}

function commonHeaders({ header }: HttpOptions): readonly Header[] {
  return header.map((line) => parseHeader(line));
}

function bodyOf({ body, bodyFile }: HttpOptions): string | Uint8Array {
  if (body !== undefined && bodyFile !== undefined) {
    refuse('--http.body and --http.body-file both give the body', 'leave one of them out');
  }
  return bodyFile === undefined ? (body ?? '') : readBodyFile(bodyFile);
}
