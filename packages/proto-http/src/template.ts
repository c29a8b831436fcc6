import type { CsvData } from './csv-data.js';
import { refuse } from './refuse.js';

/** What stands in a template between `{{` and `}}`. */
export type Placeholder =
  | { readonly kind: 'counter' | 'connection' }
  | { readonly kind: 'random'; readonly below: number }
  | { readonly kind: 'csv'; readonly column: string };

/** Literal text and placeholders, in their order. */
export type Template = readonly (string | Placeholder)[];

const PLACEHOLDER = /\{\{([^{}]*)\}\}/;
const KNOWN = '{{counter}}, {{connection}}, {{random:N}} and {{csv:COLUMN}}';

/** Reads a template. `where` begins the sentence for what is wrong; `data` is the file of --http.data, if there is one. */
export function parseTemplate(text: string, where: string, data: CsvData | undefined): Template {
  return text
    .split(PLACEHOLDER)
    .map((piece, index) => (index % 2 === 0 ? piece : parsePlaceholder(piece, where, data)))
    .filter((part) => part !== '');
}

/** The text with something short and harmless for each placeholder: what there is to check before values are known. */
export function sampleOf(text: string): string {
  return text.replaceAll(new RegExp(PLACEHOLDER, 'g'), '0');
}

export function hasPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text);
}

/** The columns that a template takes values from. */
export function columnsOf(template: Template): readonly string[] {
  return template.flatMap((part) => (typeof part !== 'string' && part.kind === 'csv' ? [part.column] : []));
}

function parsePlaceholder(name: string, where: string, data: CsvData | undefined): Placeholder {
  if (name === 'counter' || name === 'connection') return { kind: name };
  const [, kind, argument = ''] = /^(random|csv):(.+)$/.exec(name) ?? [];
  if (kind === 'random') {
    const below = /^\d+$/.test(argument) ? Number(argument) : 0;
    if (below < 1 || below > Number.MAX_SAFE_INTEGER) {
      refuse(
        `${where} has {{${name}}}, which is no bound`,
        'write {{random:N}} for a whole number below N, N at least 1',
      );
    }
    return { kind, below };
  }
  if (kind !== 'csv') refuse(`${where} has {{${name}}}, which is no placeholder`, `there are ${KNOWN}`);
  if (data === undefined) refuse(`${where} has {{${name}}}, and there is no CSV file`, 'give one with --http.data');
  if (!data.columns.includes(argument)) {
    refuse(`${where} has {{${name}}}, which is no column of ${data.file}`, `it has ${data.columns.join(', ')}`);
  }
  return { kind, column: argument };
}
