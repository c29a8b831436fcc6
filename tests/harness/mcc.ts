import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { RunReport } from '@mcc/core';
import { assertReport } from './schema.js';
import { type Exit, type Running, type StartOptions, start } from './process.js';

const manifestPath = createRequire(import.meta.url).resolve('../../apps/mcc/package.json');
const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as { bin: { mcc: string } };

/** The built command, as its package names it. */
export const MCC_BIN = join(dirname(manifestPath), manifest.bin.mcc);

export interface MccOptions extends StartOptions {
  /** What stands before the command: `ip netns exec NAME`, `prlimit --nofile=64`. */
  readonly prefix?: readonly string[];
}

export interface Outcome extends Exit {
  /** Parsed from stdout and checked by its schema: give `--reporter json`. Reading it throws when there is none. */
  readonly report: RunReport;
}

/** Starts `mcc` with these arguments. */
export function startMcc(args: readonly string[], options: MccOptions = {}): Running {
  return start([...(options.prefix ?? []), process.execPath, MCC_BIN, ...args], options);
}

/** Runs `mcc` to its end. */
export async function mcc(args: readonly string[], options: MccOptions = {}): Promise<Outcome> {
  return withReport(await startMcc(args, options).ended);
}

/** Runs `mcc run` with the JSON reporter on stdout. */
export function drive(args: readonly string[], options: MccOptions = {}): Promise<Outcome> {
  return mcc(['run', '--reporter', 'json', ...args], options);
}

export function withReport(exit: Exit): Outcome {
  return {
    ...exit,
    get report(): RunReport {
      let report: unknown;
      try {
        report = JSON.parse(exit.stdout);
      } catch {
        throw new Error(`no report on stdout (exit ${exit.code ?? exit.signal})\n${exit.stdout}\n${exit.stderr}`);
      }
      assertReport(report);
      return report as RunReport;
    },
  };
}

/** `mcc serve`, once it listens. */
export interface Serving extends Running {
  /** HOST:PORT as it printed it. */
  readonly address: string;
}

export async function serve(args: readonly string[], options: MccOptions = {}): Promise<Serving> {
  const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
  const running = startMcc(['serve', ...listen, ...args], options);
  const [, address] = await running.waitFor(/^listening on (\S+)/m);
  return { ...running, address: address ?? '' };
}
