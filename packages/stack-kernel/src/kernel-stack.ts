import {
  PLUGIN_OPTIONS,
  type Finding,
  type PreflightContext,
  type Stack,
  type StackCapabilities,
  type StackPort,
  type WorkerContext,
} from '@mcc/core';
import { openPort, type NativePort } from '@mcc/engine';
import { inject, injectable } from 'tsyringe';
import { doctor } from './doctor.js';
import { tableSize } from './files.js';
import { COUNTERS, native } from './native.js';
import type { KernelOptions } from './options.js';
import { preflight } from './preflight.js';
import { readSysctl } from './sysctl.js';

/** Linux sockets: the machine's own TCP/IP. */
@injectable()
export class KernelStack implements Stack {
  readonly name = 'kernel';
  readonly capabilities: StackCapabilities = { ownAddresses: false };
  readonly counters = COUNTERS;
  readonly #options: KernelOptions;
  #port: NativePort | undefined;

  constructor(@inject(PLUGIN_OPTIONS) options: KernelOptions) {
    this.#options = options;
  }

  preflight(context: PreflightContext): void {
    preflight(context, native(), readSysctl);
  }

  open(context: WorkerContext): StackPort {
    const table = tableSize(context, native().raiseFileLimit(0));
    this.#port = openPort(native(), context, { ...this.#options, table });
    return this.#port;
  }

  /** `io`: which interface runs. A server's `listening`: its addresses, with the ports that it was given for port 0. */
  facts(): Readonly<Record<string, string | number | boolean>> {
    return this.#port?.facts() ?? {};
  }

  doctor(): readonly Finding[] {
    return doctor(native, readSysctl);
  }
}
