import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { RunReport } from '@mcc/core';
import { assertReport } from './schema.js';
import { type Exit, type Running, type StartOptions, start } from './process.js';

/** The built commands, as their packages name them. */
export const MCC_BIN = builtCommand('../../apps/mcc/package.json', 'mcc');
export const HTTP_LOADER_BIN = builtCommand('../../apps/http-loader/package.json', 'http_loader');

function builtCommand(manifest: string, name: string): string {
  const path = createRequire(import.meta.url).resolve(manifest);
  const { bin } = JSON.parse(readFileSync(path, 'utf8')) as { bin: Record<string, string> };
  return join(dirname(path), bin[name] ?? '');
}

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
