// Sets the medians of a run of the benchmarks against those of an earlier one.

/** `tables` as bench/lib/samples.ts publishes them. One line for each figure that both have. */
export function compare(before, now) {
  const known = new Map(before.flatMap((table) => table.figures.map((figure) => [key(table, figure), figure.median])));
  const lines = now.flatMap((table) =>
    table.figures
      .filter((figure) => known.has(key(table, figure)))
      .map((figure) => {
        const old = known.get(key(table, figure));
        return `  ${(figure.median / old).toFixed(2)} x  ${table.title}: ${figure.name} (${round(old)} → ${round(figure.median)} ${table.unit})`;
      }),
  );
  return ['Against the baseline:', ...(lines.length > 0 ? lines : ['  it has none of these figures'])].join('\n');
}

const key = (table, figure) => `${table.title}\n${table.unit}\n${figure.name}`;
const round = (value) => Math.round(value).toLocaleString('en');
