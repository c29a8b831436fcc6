import { count, duration, flag, list, size, text, z } from '@mcc/core';
import { BODY_BYTES_MAX } from './body.js';

/** Shapes only; what the values mean, and which go together, is checked where the programs are made. */
export const httpOptions = z.object({
  url: list()
    .prefault([])
    .describe('[WEIGHT:]PATH, may be repeated: each request is for one of them, drawn by weight; default weight 1')
    .meta({ placeholder: 'URL', only: 'run' }),
  requests: text()
    .optional()
    .describe('file of requests to draw from, one JSON object a line: method, path, headers, body, weight, name')
    .meta({ placeholder: 'FILE', only: 'run' }),
  data: text()
    .optional()
    .describe('CSV file with names in its first row: {{csv:NAME}} in path, headers and body takes a value from it')
    .meta({ placeholder: 'FILE', only: 'run' }),
  dataOrder: z
    .enum(['sequential', 'random'], { error: 'is neither sequential nor random' })
    .prefault('sequential')
    .describe('how rows of --http.data are taken')
    .meta({ placeholder: 'ORDER', only: 'run' }),
  method: text().prefault('GET').describe('request method').meta({ placeholder: 'METHOD', only: 'run' }),
  path: text()
    .optional()
    .describe('path and query, percent-encoded; default: those of the URL in --dest, or /')
    .meta({ placeholder: 'PATH', only: 'run' }),
  header: list()
    .prefault([])
    .describe("'Name: value', may be repeated; replaces a default header of that name")
    .meta({ placeholder: 'HEADER', only: 'run' }),
  body: text().optional().describe('request body').meta({ only: 'run' }),
  bodyFile: text()
    .optional()
    .describe('file with the body: of the request (run), of the response (serve)')
    .meta({ placeholder: 'FILE' }),
  allowBody: flag().prefault(false).describe('allow a body with GET, HEAD and DELETE').meta({ only: 'run' }),
  keepalive: flag()
    .prefault(true)
    .describe('false: one request per connection, then the next connection')
    .meta({ only: 'run' }),
  pipeline: count({ min: 1, max: 1000 })
    .prefault(1)
    .describe('requests sent together before their responses are read')
    .meta({ only: 'run' }),
  thinkTime: duration()
    .prefault(0)
    .describe('pause of a connection between a response and its next request')
    .meta({ alias: 't', only: 'run' }),
  expectStatus: text()
    .prefault('200-399')
    .describe('status codes and ranges that are a success, such as 200-299,404')
    .meta({ placeholder: 'LIST', only: 'run' }),
  expectSha256: text()
    .optional()
    .describe('SHA-256 that every response body must have, 64 hex digits')
    .meta({ placeholder: 'HEX', only: 'run' }),
  bodySize: size({ max: BODY_BYTES_MAX })
    .prefault('1k')
    .describe('bytes of text in a response')
    .meta({ only: 'serve' }),
});

export type HttpOptions = z.infer<typeof httpOptions>;
