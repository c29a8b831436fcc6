import type { Program } from '../contracts/program.js';
import { CLASSES_MAX, OUTCOMES_MAX } from '../metrics/layout.js';

/** What is wrong with the classes of a program as a whole. */
export function classFaults({ role, classes = [], outcomeClasses = [] }: Program): string[] {
  const faults: string[] = [];
  if (classes.length > CLASSES_MAX) faults.push(`the program has more than ${CLASSES_MAX} classes`);
  if (role === 'server' && classes.length > 0) faults.push("the program has classes, and is not a client's");
  let free = 1;
  for (const { from, to, class: index } of outcomeClasses.toSorted((a, b) => a.from - b.from)) {
    if (!(index in classes)) faults.push(`outcomes ${from} to ${to} are in a class that there is not`);
    if (!(from >= 1 && from <= to && to < OUTCOMES_MAX)) faults.push(`there are no outcomes from ${from} to ${to}`);
    else if (from < free) faults.push(`outcome ${from} is in two classes`);
    free = to + 1;
  }
  return faults;
}

/** What is wrong with the class of one send. */
export function sendClassFaults(index: number | undefined, { classes = [] }: Program): string[] {
  return index === undefined || index in classes ? [] : ['is in a class that there is not'];
}
