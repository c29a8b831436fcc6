import { onTestFinished } from 'vitest';
import { COMMAND } from '../../contracts/batch.js';
import type { Plugin } from '../../contracts/plugin.js';
import type { Program } from '../../contracts/program.js';
import { End, type EndOptions } from './end.js';
import type { StackCase, StackNetwork } from './network.js';

/**
 * A test is over long before both, or it hangs. Where nothing happens a round takes some 400 us; it takes as long as you
 * like on a machine that is busy or stands still, and that is no fault of the stack's.
 */
const PATIENCE_MS = 20_000;
const PATIENCE_ROUNDS = 10_000;
/** For the runner, whose clock does not know of rounds. */
export const TEST_MS = 600_000;

/** The ends of one test, polled in turn by hand. Closed when the test ends. */
export class Rig {
  readonly network: StackNetwork;
  readonly #plugin: Plugin;
  readonly #ends: End[] = [];

  private constructor(plugin: Plugin, network: StackNetwork) {
    this.#plugin = plugin;
    this.network = network;
    onTestFinished(() => this.#ends.toReversed().forEach(({ port }) => port.close()));
  }

  static async make(plugin: Plugin, { network }: Pick<StackCase, 'network'>): Promise<Rig> {
    return new Rig(plugin, await network());
  }

  /** Opens an end and loads its program. A server listens, a client is told to connect. */
  open(role: 'client' | 'server', program: Omit<Program, 'role'>, options?: EndOptions): End {
    const end = new End(this.#plugin, this.network, role, options);
    this.#ends.push(end);
    end.start({ role, ...program });
    end.order(COMMAND.connect);
    return end;
  }

  /** Opens both ends with as many sessions each, and polls until all connections stand. */
  join(
    server: Omit<Program, 'role'>,
    client: Omit<Program, 'role'>,
    options: { readonly sessions?: number; readonly server?: EndOptions; readonly client?: EndOptions } = {},
  ): { readonly server: End; readonly client: End } {
    const { sessions = 1 } = options;
    const ends = {
      server: this.open('server', server, { sessions, ...options.server }),
      client: this.open('client', client, { sessions, ...options.client }),
    };
    this.until('every connection stands', () => ends.client.counter('established') === sessions);
    this.until('the server knows of them', () => ends.server.counter('established') === sessions);
    return ends;
  }

  /** Starts the steps of a client. */
  go(client: End): void {
    client.order(COMMAND.load, new Uint8Array(BigUint64Array.of(process.hrtime.bigint()).buffer));
  }

  /** Closes one end, which is polled no more. */
  close(end: End): void {
    this.#ends.splice(this.#ends.indexOf(end), 1);
    end.port.close();
  }

  /** Polls all ends, or these, until it is so. Throws with what they count when it takes too long. */
  until(what: string, isSo: () => boolean, ends: readonly End[] = this.#ends): void {
    const late = performance.now() + PATIENCE_MS;
    for (let rounds = 0; !isSo(); rounds += 1) {
      if (rounds > PATIENCE_ROUNDS && performance.now() > late) throw new Error(`Not so: ${what}.\n${ends.join('\n')}`);
      for (const end of ends) end.poll();
    }
  }

  /** Polls for a while, in which something is not to happen. */
  pass(ms: number, ends: readonly End[] = this.#ends): void {
    const end = performance.now() + ms;
    while (performance.now() < end) for (const each of ends) each.poll();
  }
}
