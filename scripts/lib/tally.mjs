// How a phase of `npm test` says what it found: its last line is a sum, each skip has a line of its own before it.

/** `3 passed, 0 failed`, and `, 1 skipped` when something was. */
export function sumLine({ passed, failed, skipped = 0 }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** The line by which a phase reports one thing that it left out. */
export function skipLine(what, reason) {
  return `skipped: ${what}: ${reason}`;
}

/** Reads back what a phase printed: { passed, failed, skipped, reasons }, or undefined when it has no sum. */
export function readTally(output) {
  const lines = output.trimEnd().split('\n');
  const sum = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(lines.at(-1) ?? '');
  if (!sum) return undefined;
  return {
    passed: Number(sum[1]),
    failed: Number(sum[2]),
    skipped: Number(sum[3] ?? 0),
    reasons: lines.filter((line) => line.startsWith('skipped: ')),
  };
}
