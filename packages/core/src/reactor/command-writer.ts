import { RECORD_HEADER } from '../contracts/batch.js';

const INITIAL_BYTES = 256 * 1024;
/** Bound of one record. */
export const RECORD_BYTES_MAX = 16 * 1024 * 1024;

const NO_BYTES = new Uint8Array(0);

/**
 * Writes commands, in the form that `contracts/batch.ts` describes, into one reused buffer, and hands it over when it is
 * full or flushed. It grows only for a single record that does not fit, up to RECORD_BYTES_MAX.
 */
export class CommandWriter {
  readonly #submit: (commands: Uint8Array, length: number) => void;
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(submit: (commands: Uint8Array, length: number) => void) {
    this.#submit = submit;
  }

  write(op: number, code: number, slot: number, generation: number, payload: Uint8Array = NO_BYTES): void {
    const size = RECORD_HEADER + ((payload.length + 7) & ~7);
    if (this.#length + size > this.#bytes.length) this.#makeRoom(size);
    const at = this.#length;
    const view = this.#view;
    view.setUint16(at, op, true);
    view.setUint16(at + 2, code, true);
    view.setUint32(at + 4, slot, true);
    view.setUint32(at + 8, generation, true);
    view.setUint32(at + 12, payload.length, true);
    if (payload.length > 0) this.#bytes.set(payload, at + RECORD_HEADER);
    this.#length = at + size;
  }

  /** Hands over what was written. */
  flush(): void {
    if (this.#length === 0) return;
    const length = this.#length;
    this.#length = 0;
    this.#submit(this.#bytes, length);
  }

  #makeRoom(size: number): void {
    if (size > RECORD_BYTES_MAX)
      throw new RangeError(`one send of ${size} bytes is over the bound of ${RECORD_BYTES_MAX}`);
    this.flush();
    if (size <= this.#bytes.length) return;
    this.#bytes = new Uint8Array(2 ** Math.ceil(Math.log2(size)));
    this.#view = new DataView(this.#bytes.buffer);
  }
}
