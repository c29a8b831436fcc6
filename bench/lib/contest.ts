/** Runs the contenders in turn, A B A B …, so that a machine that grows slower or faster does so for all of them. */
export async function alternate<T>(
  rounds: number,
  contenders: Readonly<Record<string, () => Promise<T>>>,
): Promise<Record<string, T[]>> {
  const results: Record<string, T[]> = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) (results[name] ??= []).push(await run());
  }
  return results;
}
