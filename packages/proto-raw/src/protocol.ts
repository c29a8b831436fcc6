import type { ClassFigures, Load, Program, Protocol, Target } from '@mcc/core';
import { injectable } from 'tsyringe';
import { clientProgram } from './client.js';
import type { RawOptions } from './options.js';
import { serverProgram } from './server.js';

/** Bytes over TCP, both ends. What they say is the user's business. */
@injectable()
export class RawProtocol implements Protocol<RawOptions> {
  readonly name = 'raw';

  client(options: RawOptions, _target?: Target, load?: Load): Program {
    return clientProgram(options, load);
  }

  server(options: RawOptions): Program {
    return serverProgram(options);
  }

  /** `protocol.raw.priorities`: the requests of each, where there is more than one. */
  summarise(_outcomes: ReadonlyMap<number, number>, figures?: ClassFigures) {
    if (figures === undefined || figures.classes.length === 0) return undefined;
    return { raw: { priorities: figures.classes } };
  }
}
