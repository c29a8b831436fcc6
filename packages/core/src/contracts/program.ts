/**
 * A program says how a connection behaves. It is plain, structured-cloneable data: a protocol plugin writes it once,
 * the native engine of every worker runs it for each of its connections. The engine validates it when it is loaded and
 * refuses what it cannot run, naming the step.
 *
 * A *request* is one `send` (or `sendOneOf`, or `answer`) paired, first in first out, with the `expect` that follows it.
 * Consecutive sends leave as one batch, so `[send, send, expect, expect, repeat]` is a pipeline of depth two.
 */
export interface Program {
  /** `client` connects, `server` accepts; the steps start once the connection stands (a client's: once the load phase starts). */
  readonly role: 'client' | 'server';
  readonly messages: readonly Message[];
  /** Run from index 0. Past the last step the connection closes, and its session is finished. */
  readonly steps: readonly Step[];
  /**
   * Client: names of the classes in which requests are counted and timed apart, beside the whole run; at most
   * `CLASSES_MAX`. A request is in the class that its `send` names, and its reply in the one that `outcomeClasses` names.
   */
  readonly classes?: readonly string[];
  /** Replies with a framing outcome of `from` to `to` (http1: status codes) count in this class. May not overlap. */
  readonly outcomeClasses?: readonly OutcomeClass[];
  /**
   * Client: classes of connections, 1 to 8, to which they are dealt out in turn. Departures of the first are never held
   * up by those of the others. Above 1 each request is in the class of its connection's priority, so `classes` has as many.
   */
  readonly priorities?: number;
  /**
   * Client: when a connection is opened again that was lost. From `minNs` on, doubled each time that no request was
   * completed, up to `maxNs`, with half of it drawn at random. Absent: at once when it was of use, otherwise 1 ms to 1 s.
   */
  readonly reconnect?: 'never' | { readonly minNs: number; readonly maxNs: number };
  /**
   * Client: where departures have sizes, which a recorded trace may give them, each sends so many bytes of its message and
   * no more. Messages then leave one by one, without anything inserted. Absent: such a trace is refused.
   */
  readonly sized?: boolean;
  /** What `sendOneOf` steps choose from. */
  readonly mixes?: readonly (readonly Alternative[])[];
  /** Where `table` patches take their values from. */
  readonly tables?: readonly Table[];
}

/** One message of a mix, which has up to 65,536. */
export interface Alternative {
  readonly message: number;
  /** Its share of the draws is this over the sum of all. A whole number below 2^32, not 0 for all of a mix. Default 1. */
  readonly weight?: number;
  /** The class of the request that it starts. */
  readonly class?: number;
  /** How the reply to it is read. Absent: as the `expect` says. `none` only there. */
  readonly reply?: Framing;
}

/** Rows of values. */
export interface Table {
  /** At least one, all with the same number of rows, at least one. */
  readonly columns: readonly Column[];
  /**
   * Which row a message takes its values from, the same for all of its patches: `sequential`, that of its serial number,
   * and after the last row the first again; `random`, any. Default sequential.
   */
  readonly order?: 'sequential' | 'random';
}

export interface Column {
  /** The values back to back. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` the value of each row ends. */
  readonly ends: Uint32Array;
}

export interface OutcomeClass {
  /** Inclusive, from 1. */
  readonly from: number;
  /** Inclusive, below `OUTCOMES_MAX`. */
  readonly to: number;
  /** Index into `classes`. */
  readonly class: number;
}

/** What a `send` step puts on the wire: a byte template, with patches that make each copy of it differ. */
export interface Message {
  /** 1 byte to 2^31 - 1 bytes. */
  readonly bytes: Uint8Array;
  /** Must lie within `bytes` and must not overlap. Those inserted at one offset stand there in the order given. */
  readonly patches?: readonly Patch[];
}

/**
 * A field of a message that is written anew for each copy. Every value is a pure function of the run's seed, the
 * connection's id, the message's sequence number on its connection and its departure time, so that a stack can rebuild
 * an unacknowledged message instead of keeping it.
 */
export type Patch = NumberPatch | RandomPatch | LengthPatch | TablePatch;

/**
 * - `counter`: how many messages the connection sent before this one.
 * - `connectionId`: the connection's number within the run, over all workers, from 0.
 * - `serial`: a number that no other message of the run has: counter times the run's connections, plus connectionId.
 * - `timestampNs`: CLOCK_MONOTONIC nanoseconds of the intended departure.
 */
export interface NumberPatch extends Field {
  readonly kind: 'counter' | 'connectionId' | 'serial' | 'timestampNs';
}

export interface RandomPatch extends Field {
  readonly kind: 'random';
  /** Uniform over 0 to below - 1. Absent: over the field's width. */
  readonly below?: number;
}

/** How long the rest of the message is, from byte `from` of the template on, with what is inserted there. */
export interface LengthPatch extends Field {
  readonly kind: 'length';
  /** After `offset`. */
  readonly from: number;
}

/** A value of a column, inserted before byte `offset` of the template. */
export interface TablePatch {
  readonly kind: 'table';
  readonly offset: number;
  /** Index into `Program.tables`. */
  readonly table: number;
  /** Index into its columns. */
  readonly column: number;
}

export interface Field {
  /** First byte of the field within the message. */
  readonly offset: number;
  /**
   * Bytes: 1, 2, 4 or 8 for binary encodings; 1 to 20 characters for `decimal`, 1 to 16 for `hex`. Absent (decimal and hex
   * only): nothing is overwritten, as many digits as the value has are inserted before byte `offset`. A client's messages
   * alone may have lengths and what is inserted.
   */
  readonly width?: number;
  /** `decimal` and `hex` are ASCII, padded with zeros on the left, cut to the low digits. Default `big` (endian). */
  readonly encoding?: 'big' | 'little' | 'decimal' | 'hex';
}

export type Step =
  /** Sends one message; the request that it starts is in the class given. */
  | { readonly kind: 'send'; readonly message: number; readonly class?: number }
  /** Client only: sends one message of the mix, drawn anew each time. */
  | { readonly kind: 'sendOneOf'; readonly mix: number }
  /**
   * Server only, after an `http1` expect: sends the message that fits the request just read. The index is
   * (HEAD ? 1 : 0) + (last request of this connection ? 2 : 0), so `messages` has four entries; an entry may repeat.
   */
  | { readonly kind: 'answer'; readonly messages: readonly number[] }
  /** Reads one reply (server: one request) to its end. */
  | { readonly kind: 'expect'; readonly framing: Framing }
  /**
   * Client only: reads one message that was not asked for, such as a server's push. No request, and no time-out. Where
   * `sentAt` is given, the 8 bytes there are the CLOCK_MONOTONIC nanoseconds of its departure, and its delivery is timed.
   */
  | { readonly kind: 'receive'; readonly framing: Framing; readonly sentAt?: number }
  /** Server only: sends back every byte as it comes, until the peer closes. Nothing may follow it. */
  | { readonly kind: 'echo' }
  /** Lets time pass. What arrives meanwhile is counted and dropped, so that a client does not wait before a reply. */
  | { readonly kind: 'wait'; readonly time: Wait }
  /** Goes back to step `from` (a lower index). Without `times` for ever; at most one finite repeat per program. */
  | { readonly kind: 'repeat'; readonly from: number; readonly times?: number }
  /**
   * Closes the connection; a later step that needs one opens the next. With `when: 'last'` (server, after `http1`)
   * only if the request just read was the connection's last.
   */
  | { readonly kind: 'close'; readonly when?: 'last' }
  /** The escape hatch: from here on the protocol's `connection` handlers speak. Nothing may follow it. */
  | { readonly kind: 'handler' };

/** Where a reply ends. */
export type Framing =
  /** No reply: the request is complete when it has been handed to the stack, and has no latency. */
  | { readonly kind: 'none' }
  /** Whatever arrives first is the reply. */
  | { readonly kind: 'any' }
  | { readonly kind: 'fixed'; readonly bytes: number }
  /** Up to and including these 1 to 16 bytes. */
  | { readonly kind: 'delimiter'; readonly bytes: Uint8Array }
  /**
   * A length field of `width` bytes at `offset`. The whole reply is offset + width + value + adjust bytes.
   * `varint` is 1 to 5 bytes of base 128, least significant group first (as MQTT and protobuf have it).
   */
  | {
      readonly kind: 'length-prefixed';
      readonly offset: number;
      readonly width: 1 | 2 | 3 | 4 | 8 | 'varint';
      readonly endian?: 'big' | 'little';
      readonly adjust?: number;
    }
  | Http1Framing;

/** An HTTP/1.x message (RFC 9112): a response for a client program, a request for a server program. */
export interface Http1Framing {
  readonly kind: 'http1';
  /** The request was HEAD: the response has no body, whatever its headers say (RFC 9110 section 9.3.2). */
  readonly head?: boolean;
  /** Inclusive ranges of status codes; a response outside them fails with MCC_ERR_UNEXPECTED_STATUS. Default 200-399. */
  readonly expectStatus?: readonly (readonly [from: number, to: number])[];
  /** 32 bytes: SHA-256 that every body must have, or the response fails with MCC_ERR_BODY_MISMATCH. */
  readonly expectSha256?: Uint8Array;
}

export type Wait =
  | { readonly kind: 'constant'; readonly ns: number }
  /** Uniform over [minNs, maxNs]. */
  | { readonly kind: 'uniform'; readonly minNs: number; readonly maxNs: number }
  | { readonly kind: 'exponential'; readonly meanNs: number }
  /**
   * Until the connection's next tick. Ticks come every `ns`, counted from the start of the load, and the phases of all
   * connections are spread evenly over the period, so that their sends are too. A client's tick that finds its connection
   * busy is made up for as soon as it is free. Only the `share` of the connections has ticks (default 1: all), `burst` of
   * them (default 1) together.
   */
  | { readonly kind: 'period'; readonly ns: number; readonly share?: number; readonly burst?: number };
