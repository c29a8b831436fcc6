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
import { nativeOptions } from './native-options.js';
import { native } from './native.js';
import type { MtcpOptions } from './options.js';
import { preflight } from './preflight.js';
import { machine } from './system.js';
import { wanNames } from './wan.js';

/** TCP/IP of our own, on a queue of a device for each worker. */
@injectable()
export class MtcpStack implements Stack {
  readonly name = 'mtcp';
  readonly capabilities: StackCapabilities = { ownAddresses: true };
  readonly #options: MtcpOptions;
  #port: NativePort | undefined;

  constructor(@inject(PLUGIN_OPTIONS) options: MtcpOptions) {
    this.#options = options;
  }

  get counters(): readonly string[] {
    return native().counterNames();
  }

  get limits(): readonly string[] {
    return native().limitNames();
  }

  get classes(): readonly string[] {
    return wanNames(this.#options.wan);
  }

  preflight(context: PreflightContext): void {
    native();
    preflight(context, machine);
  }

  open(context: WorkerContext): StackPort {
    this.#port = openPort(native(), context, nativeOptions(this.#options, context, machine));
    return this.#port;
  }

  /** `port`, its `driver`, `mac` and `mtu`, and what of DPDK is in use. */
  facts(): Readonly<Record<string, string | number | boolean>> {
    return this.#port?.facts() ?? {};
  }

  doctor(): readonly Finding[] {
    return doctor(native, machine);
  }
}
