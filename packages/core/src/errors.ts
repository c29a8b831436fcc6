/**
 * Every error MCC can name, in one table. `docs/errors.md` is checked against it. Those with a `number` can happen to a
 * single connection or request in the data plane: the number is their index in the stats block and in
 * `packages/engine/include/mcc/error.hpp`.
 */
export const ERRORS = {
  MCC_ERR_CONNECT_REFUSED: {
    number: 1,
    what: 'The target refused the connection.',
    remedy: 'Check that a server listens at --dest and accepts on that address and port.',
  },
  MCC_ERR_CONNECT_TIMEOUT: {
    number: 2,
    what: 'The target did not answer the connection attempt in time.',
    remedy: 'Check the route and firewalls to --dest, or raise --connect-timeout.',
  },
  MCC_ERR_UNREACHABLE: {
    number: 3,
    what: 'There is no route to the target.',
    remedy: 'Check --dest, --source and the routing table (ip route get ADDRESS).',
  },
  MCC_ERR_CONNECTION_RESET: {
    number: 4,
    what: 'The peer reset the connection.',
    remedy: "Look into the server's log; it may be over its connection or memory limit.",
  },
  MCC_ERR_CLOSED_EARLY: {
    number: 5,
    what: 'The peer closed the connection before the reply was complete.',
    remedy: "Look into the server's log for crashes, time-outs or request limits.",
  },
  MCC_ERR_REPLY_TIMEOUT: {
    number: 6,
    what: 'The reply did not arrive in time.',
    remedy: 'Lower the load, or raise --timeout.',
  },
  MCC_ERR_BAD_REPLY: {
    number: 7,
    what: 'The peer sent something that the protocol does not allow.',
    remedy: 'Check that --proto and its options fit the server.',
  },
  MCC_ERR_BODY_MISMATCH: {
    number: 8,
    what: 'The body is not the expected one.',
    remedy: 'Check --http.expect-sha256 against the body that the server should send.',
  },
  MCC_ERR_UNEXPECTED_STATUS: {
    number: 9,
    what: 'The response has an unexpected status code.',
    remedy: 'Check --http.path and the server, or widen --http.expect-status.',
  },
  MCC_ERR_PORTS_EXHAUSTED: {
    number: 10,
    what: 'The local ports are used up.',
    remedy:
      'Give more local addresses with --source (--stack mtcp: --mtcp.address), or widen net.ipv4.ip_local_port_range ' +
      '(--mtcp.ports).',
  },
  MCC_ERR_NO_NEIGHBOUR: {
    number: 11,
    what: 'The next hop did not answer ARP.',
    remedy: 'Check --mtcp.gateway and --mtcp.subnet, or give --mtcp.neighbour.',
  },
  MCC_ERR_FILE_LIMIT: {
    number: 12,
    what: 'The process may not open more files.',
    remedy: 'Raise the limit: ulimit -n N.',
  },
  MCC_ERR_NO_MEMORY: {
    number: 13,
    what: 'Memory for a connection or buffer could not be had.',
    remedy: 'Lower --conn, or give the machine more memory.',
  },
  MCC_ERR_ADDRESS_UNAVAILABLE: {
    number: 14,
    what: 'A local address is not configured on this machine.',
    remedy: 'Check --source, or add the address: ip addr add ADDRESS dev INTERFACE.',
  },
  MCC_ERR_NOT_PERMITTED: {
    number: 15,
    what: 'The operating system did not permit it.',
    remedy: 'Check firewall rules and privileges.',
  },
  MCC_ERR_SEND_BUFFER_FULL: {
    number: 16,
    what: 'The peer does not read, and what waits for it has reached its bound.',
    remedy: 'Check that the peer reads what it is sent; with --stack mtcp, raise --mtcp.memory.',
  },
  MCC_ERR_HANDLER: {
    number: 17,
    what: 'A handler of the protocol plugin threw.',
    remedy: "Look at the plugin's error, printed on stderr.",
  },
  MCC_ERR_SOCKET: {
    number: 18,
    what: 'The operating system reported an unexpected socket error.',
    remedy: 'Run `mcc doctor`, and report it if it persists.',
  },

  // Of the run as a whole: the control plane throws these.
  MCC_ERR_USAGE: { exit: 2, what: 'The command line or configuration is not valid.', remedy: 'See `mcc --help`.' },
  MCC_ERR_PLUGIN_NOT_FOUND: { exit: 2, what: 'A plugin is not installed.', remedy: 'Install it with npm.' },
  MCC_ERR_PLUGIN_INVALID: {
    exit: 2,
    what: 'A package is not a plugin of the wanted kind, or fails to load.',
    remedy: 'Check that its default export comes from definePlugin.',
  },
  MCC_ERR_PLUGIN_API_VERSION: {
    exit: 2,
    what: 'A plugin was written for another version of the plugin interface.',
    remedy: 'Install a version of the plugin that fits this mcc.',
  },
  MCC_ERR_PLUGIN_CLASH: {
    exit: 2,
    what: 'Two plugins, or a plugin and the core, claim the same flag.',
    remedy: 'Use the long, dot-named flags, or choose other plugins.',
  },
  MCC_ERR_PROGRAM: {
    exit: 2,
    what: 'The program of the protocol cannot run.',
    remedy: 'Report it to the author of the protocol plugin.',
  },
  MCC_ERR_OUTPUT: {
    exit: 1,
    what: 'The report could not be written.',
    remedy: 'Check the path, its permissions and the free space.',
  },
  MCC_ERR_RESOLVE: {
    exit: 1,
    what: 'A host name could not be resolved.',
    remedy: 'Check --dest or --listen, or give an address.',
  },
  MCC_ERR_LISTEN: { exit: 1, what: 'The server could not listen.', remedy: 'Choose another --listen address or port.' },
  MCC_ERR_NATIVE: {
    exit: 1,
    what: 'The native module of a stack is missing or does not load.',
    remedy: 'Build it: npm rebuild.',
  },
  MCC_ERR_STACK: { exit: 1, what: 'The network stack broke.', remedy: 'Run `mcc doctor`.' },
  MCC_ERR_WORKER: {
    exit: 1,
    what: 'A worker thread ended unexpectedly.',
    remedy: 'Report it, with what stands on stderr.',
  },
} as const satisfies Record<string, ErrorEntry>;

interface ErrorEntry {
  /** Data-plane errors: index in the stats block. */
  readonly number?: number;
  /** Control-plane errors: exit code of the process. */
  readonly exit?: 1 | 2;
  /** One sentence: what happened. */
  readonly what: string;
  /** One sentence: what to do. */
  readonly remedy: string;
}

export type ErrorCode = keyof typeof ERRORS;

/** The code of data-plane error `number`, or undefined. */
export function errorCodeOf(number: number): ErrorCode | undefined {
  return CODES_BY_NUMBER.get(number);
}

const CODES_BY_NUMBER = new Map<number, ErrorCode>(
  Object.entries(ERRORS).flatMap(([code, entry]) => ('number' in entry ? [[entry.number, code as ErrorCode]] : [])),
);

/** One line for people: what happened, what to do, and the code to look up. Also for an MccError of another copy of this package. */
export function explain({ message, remedy, code }: Pick<MccError, 'message' | 'remedy' | 'code'>): string {
  return [message, remedy, `[${code}]`].filter((part) => part !== '').join(' ');
}

/** Whether it is an MccError, also one of another copy of this package, which a plugin may have brought along. */
export function isMccError(error: unknown): error is MccError {
  return (
    error instanceof Error && error.name === 'MccError' && 'code' in error && Object.hasOwn(ERRORS, String(error.code))
  );
}

/** An error with a stable code, a sentence that says what happened and one that says what to do. */
export class MccError extends Error {
  override readonly name = 'MccError';
  readonly code: ErrorCode;
  readonly remedy: string;

  /** `what` and `remedy` default to the table's sentences. */
  constructor(code: ErrorCode, details: { what?: string; remedy?: string; cause?: unknown } = {}) {
    super(details.what ?? ERRORS[code].what, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.remedy = details.remedy ?? ERRORS[code].remedy;
  }

  /** Exit code of the process when this error ends it. */
  get exitCode(): 1 | 2 {
    const entry: ErrorEntry = ERRORS[this.code];
    return entry.exit ?? 1;
  }
}
