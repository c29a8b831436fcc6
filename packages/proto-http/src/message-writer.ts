import type { Message, Patch } from '@mcc/core';
import type { CsvData } from './csv-data.js';
import type { Placeholder, Template } from './template.js';

/** Puts a message of the program together: its literal bytes, and a patch for each placeholder. */
export class MessageWriter {
  readonly #data: CsvData | undefined;
  readonly #chunks: Uint8Array[] = [];
  readonly #patches: Patch[] = [];
  #size = 0;
  #lengthAt: number | undefined;

  constructor(data: CsvData | undefined) {
    this.#data = data;
  }

  bytes(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    return this;
  }

  write(template: Template): this {
    for (const part of template) {
      if (typeof part === 'string') this.bytes(new TextEncoder().encode(part));
      else this.#patches.push(this.#patchOf(part));
    }
    return this;
  }

  /** Here stands how long the body is. */
  writeBodyLength(): this {
    this.#lengthAt = this.#size;
    return this;
  }

  /** Here the body begins. */
  startBody(): this {
    if (this.#lengthAt !== undefined) {
      this.#patches.push({ kind: 'length', offset: this.#lengthAt, from: this.#size, encoding: 'decimal' });
    }
    return this;
  }

  message(): Message {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return this.#patches.length === 0 ? { bytes } : { bytes, patches: this.#patches };
  }

  #patchOf(placeholder: Placeholder): Patch {
    const offset = this.#size;
    switch (placeholder.kind) {
      case 'counter':
        return { kind: 'serial', offset, encoding: 'decimal' };
      case 'connection':
        return { kind: 'connectionId', offset, encoding: 'decimal' };
      case 'random':
        return { kind: 'random', offset, below: placeholder.below, encoding: 'decimal' };
      case 'csv':
        return { kind: 'table', offset, table: 0, column: this.#data!.place(placeholder.column) };
    }
  }
}
