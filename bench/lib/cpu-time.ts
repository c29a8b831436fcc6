import { start, type Exit } from '../../tests/harness/process.js';

export interface Timed extends Exit {
  /** User and system time of the whole process, boot and exit included. */
  readonly cpuSeconds: number;
}

/** Runs a program to its end and tells what it cost, by the shell's own accounting. */
export async function timed(argv: readonly string[], boundMs: number): Promise<Timed> {
  const script = 'TIMEFORMAT="cpu %3U %3S"; time "$@"';
  const exit = await start(['bash', '-c', script, 'bash', ...argv], { boundMs }).ended;
  const cpu = /^cpu (\S+) (\S+)$/m.exec(exit.stderr);
  if (exit.code !== 0 || cpu === null) throw new Error(`${argv.join(' ')}\n${exit.stdout}\n${exit.stderr}`);
  return { ...exit, cpuSeconds: Number(cpu[1]) + Number(cpu[2]) };
}
