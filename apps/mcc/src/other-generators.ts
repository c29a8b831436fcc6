import { usageError, type OptionSpec } from '@mcc/core';

/**
 * Flags of wrk, wrk2, hey, ab and k6 that people type by habit and that no plugin of ours has taken, with what says the
 * same here. `docs/cli.md` has the longer list.
 */
const THEIRS: Readonly<Record<string, string>> = {
  '-A': "--http.header 'Accept: TYPE' (hey), or --http.header 'Authorization: …' (ab)",
  '-C': "--http.header 'Cookie: NAME=VALUE'",
  '-D': '--http.body-file FILE',
  '-H': "--http.header 'Name: value'",
  '-L': 'needless, for the percentiles are always there',
  '-M': '--http.method METHOD',
  '-T': "--timeout TIME (wrk), or --http.header 'Content-Type: TYPE' (hey, ab)",
  '-U': "serviceTimeUs of the report (wrk2), or --http.header 'User-Agent: NAME' (hey)",
  '-X': '--http.method METHOD',
  '-a': "--http.header 'Authorization: Basic …'",
  '-i': '--http.method HEAD (ab), or --duration TIME (k6), since a run ends by time',
  '-k': 'needless, for connections are kept unless --http.keepalive is false',
  '-m': '--http.method METHOD',
  '-n': '--duration TIME, since a run ends by time and not by a number of requests',
  '-o': '--reporter json, with --json.out FILE',
  '-q': '--rate N, over all connections',
  '-u': '--conn N (k6), or --http.method PUT with --http.body-file FILE (ab)',
  '-z': '--duration TIME',
  '--iterations': '--duration TIME, since a run ends by time',
  '--latency': 'needless, for the percentiles are always there',
  '--out': '--reporter json, with --json.out FILE',
  '--script': "--http.method, --http.body and the like, or a plugin's --proto ./FILE.js",
  '--threads': '--smp N',
  '--vus': '--conn N',
};

/** Refuses the first flag that another generator has and this command has not, and says what says the same here. */
export function refuseFlagsOfOthers(args: readonly string[], specs: readonly OptionSpec[]): void {
  for (const flag of flagsOf(args)) {
    const ours = Object.hasOwn(THEIRS, flag) ? THEIRS[flag] : undefined;
    if (ours !== undefined && !isKnown(flag, specs)) throw usageError(`unknown option ${flag}: here it is ${ours}`);
  }
}

/**
 * What wrk's `-t4`, four threads, is here: a time to think. It is taken as such, since it is a classic flag of ours, but
 * nobody who means a pause is likely to write it without a unit. Undefined where there is nothing to say.
 */
export function threadsWarning(args: readonly string[], specs: readonly OptionSpec[]): string | undefined {
  const at = args.findIndex((arg) => /^-t(=?\d+)?$/.test(arg));
  const number = /^-t=?(\d+)$/.exec(args[at] ?? '')?.[1] ?? args[at + 1];
  const option = specs.find(({ alias }) => alias === 't');
  if (at < 0 || option?.plugin !== 'http' || number === undefined || !/^[1-9]\d*$/.test(number)) return undefined;
  return (
    `-t ${number} is --${option.name} ${number}s, a pause after each response: ` +
    `for ${number} threads, as in wrk, write --smp ${number}; -t ${number}s says that the pause is meant`
  );
}

/** The names of the flags on a command line, without their values: `-H`, `--vus`. */
function flagsOf(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).flatMap((arg) => /^(--[a-z][^=]*|-[a-z])/i.exec(arg)?.[1] ?? []);
}

function isKnown(flag: string, specs: readonly OptionSpec[]): boolean {
  const name = flag.replace(/^--?/, '');
  if (!flag.startsWith('--')) return specs.some(({ alias }) => alias === name);
  return specs.some((spec) => spec.name === name || spec.otherNames.includes(name));
}
