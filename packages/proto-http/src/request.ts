import { domainToASCII } from 'node:url';
import type { Target } from '@mcc/core';
import { message, readBodyFile } from './body.js';
import { parseHeader, requestHeaders } from './headers.js';
import type { HttpOptions } from './options.js';
import { refuse } from './refuse.js';
import { checkMethod, checkPath } from './request-line.js';
import { version } from './version.js';

/** Methods whose body has no defined meaning: RFC 9110 sections 9.3.1, 9.3.2 and 9.3.5. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE']);
/** Methods that anticipate a body: RFC 9110 sections 9.3.3 and 9.3.4, RFC 5789 section 2. */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** The bytes of the request (RFC 9112 section 2.1). Throws MccError for one that would be malformed. */
export function renderRequest(options: HttpOptions, target: Target): Uint8Array {
  const method = checkMethod(options.method);
  const path =
    options.path === undefined
      ? checkPath(target.path ?? '/', method, '--dest')
      : checkPath(options.path, method, '--http.path');
  const body = requestBody(options, method);
  const headers = requestHeaders(options.header.map(parseHeader), {
    host: authority(target),
    userAgent: `mcc/${version()}`,
    keepalive: options.keepalive,
    bodyBytes: body.length,
    announceEmptyBody: WITH_BODY.has(method),
  });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return message(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, body);
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

function requestBody({ body, bodyFile, allowBody }: HttpOptions, method: string): Uint8Array {
  if (body !== undefined && bodyFile !== undefined) {
    refuse('--http.body and --http.body-file both give the body', 'leave one of them out');
  }
  const bytes = bodyFile === undefined ? new TextEncoder().encode(body) : readBodyFile(bodyFile);
  if (bytes.length > 0 && WITHOUT_BODY.has(method) && !allowBody) {
    const flag = bodyFile === undefined ? '--http.body' : '--http.body-file';
    refuse(`${flag} gives ${method} a body, which servers need not accept`, 'use POST, or add --http.allow-body true');
  }
  return bytes;
}
