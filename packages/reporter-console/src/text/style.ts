import { styleText } from 'node:util';

/** How text is marked: what is wrong, what is well, what matters, what steps back. */
export interface Style {
  readonly bad: Mark;
  readonly good: Mark;
  readonly warn: Mark;
  readonly strong: Mark;
  readonly faint: Mark;
  readonly accent: Mark;
}
type Mark = (text: string) => string;

export type ColorMode = 'auto' | 'always' | 'never';

export function styleFor(color: boolean): Style {
  const mark = (format: Parameters<typeof styleText>[0]): Mark =>
    color ? (text) => (text === '' ? '' : styleText(format, text, { validateStream: false })) : (text) => text;
  return {
    bad: mark('red'),
    good: mark('green'),
    warn: mark('yellow'),
    strong: mark('bold'),
    faint: mark('dim'),
    accent: mark('cyan'),
  };
}

/** `auto` asks the environment as Node does: FORCE_COLOR, then NO_COLOR (no-color.org), then whether it is a terminal. */
export function wantsColor(mode: ColorMode, isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (mode !== 'auto') return mode === 'always';
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return isTerminal && env['TERM'] !== 'dumb';
}
