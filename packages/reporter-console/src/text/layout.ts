import { stripVTControlCharacters } from 'node:util';

/** Columns that a text takes on a terminal. Every character used here is one column wide. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

export function padRight(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Breaks unstyled text at spaces into lines of at most `width`; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Puts `first` in front of the first line and as many spaces in front of the others. */
export function hang(first: string, lines: readonly string[]): string[] {
  const indent = ' '.repeat(widthOf(first));
  return lines.map((line, index) => (index === 0 ? first : indent) + line);
}

/** Blocks of lines next to each other. */
export function beside(left: readonly string[], right: readonly string[], gap: number): string[] {
  const width = Math.max(...left.map(widthOf)) + gap;
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_, row) => (padRight(left[row] ?? '', width) + (right[row] ?? '')).trimEnd());
}
