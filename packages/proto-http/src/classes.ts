import type { ClassFigures, ClassReport, Distribution, OutcomeClass, Program } from '@mcc/core';

/**
 * The classes of a client's program: one for each name that requests have, and one for each family of status codes but
 * 2xx, whose latencies are what is left of all when the others are taken away.
 */
const FAMILIES = [
  { name: '3xx', from: 300, to: 399 },
  { name: '4xx', from: 400, to: 499 },
  { name: '5xx', from: 500, to: 599 },
  { name: 'other', from: 600, to: 999 },
] as const;

/** Requests that are told apart; a program has 64 classes. */
export const NAMES_MAX = 60;

/** Classes of a load of requests with these names, and the class of each. Beyond NAMES_MAX, the rest share the last. */
export function classesOf(names: readonly string[]): {
  readonly program: Required<Pick<Program, 'classes' | 'outcomeClasses'>>;
  readonly classOf: (name: string) => number;
} {
  const different = [...new Set(names)];
  const apart = different.length > NAMES_MAX ? different.slice(0, NAMES_MAX - 1) : different;
  const rest = different.length - apart.length;
  const classes = rest > 0 ? [...apart, `${rest} others`] : apart;
  const indexes = new Map(apart.map((name, index) => [name, index]));
  return {
    program: {
      classes: [...classes, ...FAMILIES.map(({ name }) => name)],
      outcomeClasses: FAMILIES.map(({ from, to }, index): OutcomeClass => ({
        from,
        to,
        class: classes.length + index,
      })),
    },
    classOf: (name) => indexes.get(name) ?? NAMES_MAX - 1,
  };
}

/** What came of each name. */
export function namedClasses({ classes }: ClassFigures): readonly ClassReport[] {
  return classes.slice(0, -FAMILIES.length);
}

/** Latencies by family of status codes. */
export function latencyByFamily(figures: ClassFigures): Readonly<Record<string, Distribution>> {
  const first = figures.classes.length - FAMILIES.length;
  const success = figures.latencyUsOutside(FAMILIES.map((_, index) => first + index));
  const others = FAMILIES.flatMap(({ name }, index) => {
    const { latencyUs } = figures.classes[first + index]!;
    return latencyUs === undefined ? [] : [[name, latencyUs] as const];
  });
  return { ...(success && { '2xx': success }), ...Object.fromEntries(others) };
}
