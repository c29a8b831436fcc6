import { Writable } from 'node:stream';
import type { ConsoleStream } from '../terminal.js';

/** A stream that remembers what was written to it, and what a screen of `columns` would show. */
export class FakeStream extends Writable implements ConsoleStream {
  written = '';

  constructor() {
    super({
      write: (chunk: Buffer, _encoding, done) => {
        this.receive(chunk.toString());
        done();
      },
    });
  }

  protected receive(text: string): void {
    this.written += text;
  }
}

const ESCAPE = '\u001B';
const PARTS = new RegExp(`${ESCAPE}\\[[?\\d;]*[A-Za-z]|\\n|[^${ESCAPE}\\n]+`, 'g');
const CONTROL = new RegExp(`^${ESCAPE}\\[(\\??)(\\d*)([A-Za-z])$`);

/** The part of a terminal's control sequences (ECMA-48) that a live area uses. */
export class FakeTerminal extends FakeStream {
  readonly isTTY = true;
  readonly rows = 24;
  cursorVisible = true;
  columns: number;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    super();
    this.columns = columns;
  }

  get screen(): string[] {
    return this.#lines.map((line) => line.trimEnd());
  }

  protected override receive(text: string): void {
    for (const part of text.match(PARTS) ?? []) this.#apply(part);
    super.receive(text);
  }

  #apply(part: string): void {
    const control = CONTROL.exec(part);
    if (part === '\n') this.#moveTo(this.#row + 1, 0);
    else if (control === null) this.#print(part);
    else this.#control(control[1] === '?', control[2] ?? '', control[3]!);
  }

  #print(text: string): void {
    const line = this.#lines[this.#row]!.padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + text + line.slice(this.#column + text.length);
    this.#column += text.length;
  }

  #control(isPrivate: boolean, parameter: string, verb: string): void {
    if (isPrivate) {
      if (parameter === '25') this.cursorVisible = verb === 'h';
    } else if (verb === 'A') this.#moveTo(this.#row - Number(parameter || 1), this.#column);
    else if (verb === 'B') this.#moveTo(this.#row + Number(parameter || 1), this.#column);
    else if (verb === 'G') this.#moveTo(this.#row, 0);
    else if (verb === 'K')
      this.#lines[this.#row] = parameter === '2' ? '' : this.#lines[this.#row]!.slice(0, this.#column);
    else if (verb !== 'm') throw new Error(`control sequence ${parameter}${verb} is not emulated`);
  }

  #moveTo(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = column;
    while (this.#lines.length <= this.#row) this.#lines.push('');
  }
}
