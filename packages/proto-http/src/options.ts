import { isDeepStrictEqual } from 'node:util';
import { count, duration, flag, list, size, text, z } from '@mcc/core';
import { BODY_BYTES_MAX } from './body.js';
import { refuse } from './refuse.js';

/** Shapes only; what the values mean, and which go together, is checked where the programs are made. */
export const httpOptions = z.object({
  url: list()
    .prefault([])
    .describe('[WEIGHT:]PATH, may be repeated: each request is for one of them, drawn by weight; default weight 1')
    .meta({ placeholder: 'URL' }),
  requests: text()
    .optional()
    .describe('file of requests to draw from, one JSON object a line: method, path, headers, body, weight, name')
    .meta({ placeholder: 'FILE' }),
  data: text()
    .optional()
    .describe('CSV file with names in its first row: {{csv:NAME}} in path, headers and body takes a value from it')
    .meta({ placeholder: 'FILE' }),
  dataOrder: z
    .enum(['sequential', 'random'], { error: 'is neither sequential nor random' })
    .prefault('sequential')
    .describe('how rows of --http.data are taken')
    .meta({ placeholder: 'ORDER' }),
  method: text().prefault('GET').describe('request method').meta({ placeholder: 'METHOD' }),
  path: text()
    .optional()
    .describe('path and query, percent-encoded; default: those of the URL in --dest, or /')
    .meta({ placeholder: 'PATH' }),
  header: list()
    .prefault([])
    .describe("'Name: value', may be repeated; replaces a default header of that name")
    .meta({ placeholder: 'HEADER' }),
  body: text().optional().describe('request body'),
  bodyFile: text()
    .optional()
    .describe('file with the body: of the request (run), of the response (serve)')
    .meta({ placeholder: 'FILE' }),
  allowBody: flag().prefault(false).describe('allow a body with GET, HEAD and DELETE'),
  keepalive: flag().prefault(true).describe('false: one request per connection, then the next connection'),
  pipeline: count({ min: 1, max: 1000 }).prefault(1).describe('requests sent together before their responses are read'),
  thinkTime: duration()
    .prefault(0)
    .describe('pause of a connection between a response and its next request')
    .meta({ alias: 't' }),
  expectStatus: text()
    .prefault('200-399')
    .describe('status codes and ranges that are a success, such as 200-299,404')
    .meta({ placeholder: 'LIST' }),
  expectSha256: text()
    .optional()
    .describe('SHA-256 that every response body must have, 64 hex digits')
    .meta({ placeholder: 'HEX' }),
  bodySize: size({ max: BODY_BYTES_MAX }).prefault('1k').describe('bytes of text in a response (serve)'),
});

export type HttpOptions = z.infer<typeof httpOptions>;

/** Options that only one of the two commands can act on. `bodyFile` serves both. */
const ONLY = {
  run: [
    'url',
    'requests',
    'data',
    'dataOrder',
    'method',
    'path',
    'header',
    'body',
    'allowBody',
    'keepalive',
    'pipeline',
    'thinkTime',
    'expectStatus',
    'expectSha256',
  ],
  serve: ['bodySize'],
} as const satisfies Record<string, readonly (keyof HttpOptions)[]>;

/** Refuses options that only `other` could act on, so that none is ignored in silence. */
export function refuseOptionsOf(other: keyof typeof ONLY, options: HttpOptions): void {
  const defaults = httpOptions.parse({});
  const stray = ONLY[other].find((key) => !isDeepStrictEqual(options[key], defaults[key]));
  if (stray === undefined) return;
  const name = stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  refuse(`--http.${name} has a meaning for mcc ${other} only`, 'leave it out');
}
