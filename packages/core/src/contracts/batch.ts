/**
 * Commands and events cross the native boundary in batches of records, little endian, each aligned to 8 bytes:
 *
 *   u16 op · u16 code · u32 slot · u32 generation · u32 length · payload[length], padded to 8
 *
 * The same numbers, in C++, are `packages/engine/include/mcc/batch.hpp`.
 */
export const RECORD_HEADER = 16;

/** Worker to engine. Phase commands have slot 0, generation 0. */
export const COMMAND = {
  /** Client: open the connections, evenly over setupTimeNs from now. Server: listen. */
  connect: 1,
  /** Client: start running the steps. Payload: u64 CLOCK_MONOTONIC ns at which to start, and another at which the schedule ends. */
  load: 2,
  /** Start nothing new, await replies in flight (up to the timeout), close in order. */
  drain: 3,
  /** Close everything at once. */
  abort: 4,
  /** Handler: send the payload. */
  send: 16,
  /** Handler: send the payload, which starts a request. */
  request: 17,
  /** Handler: the request in flight is complete. */
  complete: 18,
  /** Handler: the request in flight failed with error number `code`. */
  fail: 19,
  /** Handler: close in order. With `code` not 0, that error number is counted too. */
  close: 20,
} as const;

/** Engine to worker. */
export const EVENT = {
  open: 1,
  /** Payload: what arrived. */
  data: 2,
  /** `code`: 0 closed by us, 1 closed by the peer, otherwise CLOSED_ERROR_BASE plus an error number. */
  closed: 3,
} as const;
export const CLOSED_ERROR_BASE = 256;
