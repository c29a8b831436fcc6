/** The report's `protocol.http`: how often each status code, and each class of them, was received. */
export function summarise(outcomes: ReadonlyMap<number, number>) {
  const status: Record<string, number> = {};
  const classes: Record<string, number> = {};
  for (const [code, responses] of outcomes) {
    status[code] = responses;
    const family = `${Math.floor(code / 100)}xx`;
    classes[family] = (classes[family] ?? 0) + responses;
  }
  return { http: { status, classes } };
}
