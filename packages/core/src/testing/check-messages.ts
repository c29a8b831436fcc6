import type { Message, Patch, Program, Table } from '../contracts/program.js';

const WIDTHS = { big: [1, 2, 4, 8], little: [1, 2, 4, 8], decimal: upTo(20), hex: upTo(16) } as const;

/** What is wrong with one message. */
export function messageFaults(program: Program, { bytes, patches = [] }: Message, name: string): string[] {
  const faults: string[] = [];
  if (bytes.length === 0) faults.push(`${name} is empty`);
  if (program.role === 'server' && patches.some(varies)) faults.push(`${name} varies in length, and is a server's`);
  let free = 0;
  const inOrder = patches.map((patch) => ({ patch, end: patch.offset + widthOf(patch) }));
  for (const { patch, end } of inOrder.sort((a, b) => a.patch.offset - b.patch.offset || a.end - b.end)) {
    const { kind, offset } = patch;
    faults.push(...valueFaults(program, bytes, patch).map((why) => `${name} has a ${kind} ${why}`));
    if (offset < 0 || end > bytes.length) faults.push(`${name} has a ${kind} outside of its bytes`);
    if (offset < free) faults.push(`${name} has patches that overlap`);
    free = end;
  }
  return faults;
}

function valueFaults({ tables = [] }: Program, bytes: Uint8Array, patch: Patch): string[] {
  if (patch.kind === 'table') {
    const there = tables[patch.table]?.columns[patch.column] !== undefined;
    return [
      ...(there ? [] : ['of a column that there is not']),
      ...(widthOf(patch) === 0 ? [] : ['of a width, although it is inserted']),
    ];
  }
  const { width = 0, encoding = 'big' } = patch;
  const isText = encoding === 'decimal' || encoding === 'hex';
  const fits = (width === 0 && isText) || (WIDTHS[encoding] as readonly number[]).includes(width);
  return [
    ...(fits ? [] : [`of ${width} in ${encoding}`]),
    ...(patch.kind === 'random' && patch.below !== undefined && !(patch.below >= 1) ? ['below 0'] : []),
    ...(patch.kind === 'length' && !(patch.from > patch.offset && patch.from <= bytes.length)
      ? ['that does not stand before what it measures']
      : []),
  ];
}

/** What is wrong with one table. */
export function tableFaults({ columns, order = 'sequential' }: Table, name: string): string[] {
  const rows = columns[0]?.ends.length ?? 0;
  return [
    ...(rows === 0 ? [`${name} has no values`] : []),
    ...(['sequential', 'random'].includes(order) ? [] : [`${name} has rows in an unknown order`]),
    ...columns.flatMap(({ bytes, ends }) => {
      if (ends.length !== rows) return [`${name} has columns of different lengths`];
      const inOrder = ends.every((end, row) => end >= (ends[row - 1] ?? 0)) && (ends.at(-1) ?? 0) === bytes.length;
      return inOrder ? [] : [`${name} has values that do not end one after the other`];
    }),
  ];
}

function varies(patch: Patch): boolean {
  return patch.kind === 'length' || widthOf(patch) === 0;
}

/** Also of a table's, which has none if it is as its type says. */
function widthOf(patch: Patch): number {
  return (patch as { readonly width?: number }).width ?? 0;
}

/** 1, 2, … max. */
function upTo(max: number): readonly number[] {
  return Array.from({ length: max }, (_, i) => i + 1);
}
