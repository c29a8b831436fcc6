import { readFileSync } from 'node:fs';
import type { Column, Table } from '@mcc/core';
import { parse } from 'csv-parse/sync';
import { refuse, refuseUnreadable } from './refuse.js';

/** Values of one column end within 32 bits. */
const COLUMN_BYTES_MAX = 2 ** 32 - 1;

/** The file of `--http.data`: RFC 4180, with the names of the columns in its first row. */
export class CsvData {
  readonly file: string;
  readonly columns: readonly string[];
  readonly #rows: readonly (readonly string[])[];
  readonly #used: string[] = [];

  constructor(file: string) {
    const [names = [], ...rows] = readRows(file);
    if (rows.length === 0)
      refuse(`--http.data ${file} has no row of values`, 'give one below the names of its columns');
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) refuse(`--http.data ${file} has two columns named "${twice}"`, 'rename one of them');
    this.file = file;
    this.columns = names;
    this.#rows = rows;
  }

  /** The values of a column, from the first row on. */
  valuesOf(column: string): readonly string[] {
    const index = this.columns.indexOf(column);
    return this.#rows.map((row) => row[index]!);
  }

  /** The place of a column in the table. Columns that nobody asks for have none. */
  place(column: string): number {
    if (!this.#used.includes(column)) this.#used.push(column);
    return this.#used.indexOf(column);
  }

  /** The columns that were given a place, as the program has them. */
  table(order: 'sequential' | 'random'): Table {
    return { columns: this.#used.map((column) => this.#packed(column)), order };
  }

  #packed(column: string): Column {
    const values = this.valuesOf(column).map((value) => Buffer.from(value));
    const ends = new Uint32Array(values.length);
    let end = 0;
    for (const [row, value] of values.entries()) {
      end += value.length;
      ends[row] = end;
    }
    if (end > COLUMN_BYTES_MAX) refuse(`--http.data ${this.file} has 4 GiB in "${column}"`, 'give a smaller file');
    return { bytes: new Uint8Array(Buffer.concat(values)), ends };
  }
}

function readRows(file: string): readonly (readonly string[])[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return refuseUnreadable(`--http.data ${file}`, error);
  }
  try {
    return parse(text, { bom: true, skip_empty_lines: true });
  } catch (error) {
    return refuse(
      `--http.data ${file} is no CSV: ${(error as Error).message}`,
      'give as many values in each row as names',
    );
  }
}
