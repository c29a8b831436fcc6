import { OUTPUT, PLUGIN_OPTIONS, type Reporter, type RunReport } from '@mcc/core';
import { inject, injectable } from 'tsyringe';
import { destinationFor, type Destination } from './destination.js';
import type { JsonOptions } from './options.js';

/** Writes the report of the run, once, at its end. */
@injectable()
export class JsonReporter implements Reporter {
  readonly name = 'json';
  readonly #destination: Destination;

  constructor(@inject(PLUGIN_OPTIONS) options: JsonOptions, @inject(OUTPUT) output: NodeJS.WritableStream) {
    this.#destination = destinationFor(options.out, output);
  }

  onStart(): void {
    this.#destination.prepare();
  }

  async onEnd(report: RunReport): Promise<void> {
    const { serialise } = await import('./serialise.js');
    await this.#destination.write(serialise(report));
  }
}
