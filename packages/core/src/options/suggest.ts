/** How much of its beginning a candidate must share to be meant by a word that is otherwise far from it. */
const SHARED_START = 3;
/** Of names that are as near as one another, as many are told. */
const NEAREST_MAX = 3;

/**
 * The candidate that `word` was most likely meant to be: the one that the fewest slips turn into it, or else the shortest
 * that begins alike (`connections` for `conn`). Undefined when there is none.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const slips = slipsOf(word);
  const names = [...candidates];
  const near = names.map((name) => [name, editDistance(word.toLowerCase(), name.toLowerCase())] as const);
  const nearest = lowest(near.filter(([, distance]) => distance <= slips));
  const alike = names.filter((name) => sharedStart(word, name) >= SHARED_START);
  return nearest ?? lowest(alike.map((name) => [name, name.length]));
}

/** Those of the candidates that `word` is a few slips away from, and no other is nearer; up to three, in their order. */
export function nearest(word: string, candidates: Iterable<string>): readonly string[] {
  const ranked = [...candidates].map((name) => [name, editDistance(word.toLowerCase(), name.toLowerCase())] as const);
  const least = Math.min(...ranked.map(([, distance]) => distance));
  if (least > slipsOf(word)) return [];
  return ranked.flatMap(([name, distance]) => (distance === least ? [name] : [])).slice(0, NEAREST_MAX);
}

/** How many slips a word may be away from what it was meant to be. */
function slipsOf(word: string): number {
  return Math.max(1, Math.floor(word.length / 3));
}

/** The name with the lowest number, the first of several. */
function lowest(ranked: readonly (readonly [name: string, rank: number])[]): string | undefined {
  return ranked.toSorted((a, b) => a[1] - b[1])[0]?.[0];
}

/** Length of the beginning that both share, not counting the name of a plugin before a dot. */
function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length - (a.lastIndexOf('.', length - 1) + 1);
}

/** `, did you mean NAME?`, or nothing: the end of a sentence about an unknown name. */
export function didYouMean(word: string, candidates: Iterable<string>, prefix = ''): string {
  const candidate = suggest(word, candidates);
  return candidate === undefined ? '' : `, did you mean ${prefix}${candidate}?`;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(current[column - 1]! + 1, previous[column]! + 1, previous[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, beforePrevious[column - 2]! + 1);
      current.push(cost);
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length]!;
}
