import type { Endpoint } from '../../contracts/stack.js';

/** One way to run a stack. */
export interface StackCase {
  readonly title: string;
  /** Called at the start of each test. What it takes it gives back by vitest's `onTestFinished`. */
  network(): StackNetwork | Promise<StackNetwork>;
}

/**
 * A network on which a server and a client, both opened in this process and polled in turn, reach each other. At any
 * time there is at most one of each; the server is opened first.
 */
export interface StackNetwork {
  /** The plugin's options for an end of this role, as from YAML: they go through its schema. */
  options(role: 'client' | 'server'): Readonly<Record<string, unknown>>;
  /** Where a server can listen and the client reaches it, again and again. */
  readonly serving: Endpoint;
  /** Where every attempt to connect is refused, at least while a server is open. */
  readonly refusing: Endpoint;
  /** Where no attempt to connect is ever answered in any way. */
  readonly silent: Endpoint;
}
