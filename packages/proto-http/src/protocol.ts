import type { ClassFigures, Program, Protocol, Target } from '@mcc/core';
import { injectable } from 'tsyringe';
import { clientProgram } from './client.js';
import type { HttpOptions } from './options.js';
import { serverProgram } from './server.js';
import { summarise } from './summary.js';

/** HTTP/1.1 (RFC 9110, RFC 9112), both ends. */
@injectable()
export class HttpProtocol implements Protocol<HttpOptions> {
  readonly name = 'http';

  client(options: HttpOptions, target: Target): Program {
    return clientProgram(options, target);
  }

  server(options: HttpOptions): Program {
    return serverProgram(options);
  }

  summarise(outcomes: ReadonlyMap<number, number>, figures?: ClassFigures): Readonly<Record<string, unknown>> {
    return summarise(outcomes, figures);
  }
}
