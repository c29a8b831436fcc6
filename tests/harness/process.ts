import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

export interface Exit {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end. */
  readonly seconds: number;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** After this long it is killed, and the test fails. */
  readonly boundMs?: number;
}

/** A child process that does not outlive its test. */
export interface Running {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves once what it has written to stdout or stderr matches; rejects when it ends before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended and everything that it wrote has been read. Rejects when it was over its bound. */
  readonly ended: Promise<Exit>;
}

const BOUND_MS = 30_000;

/** Starts a program, given as its argument vector. */
export function start(argv: readonly string[], options: StartOptions = {}): Running {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error('nothing to start');
  const begun = performance.now();
  // A process group of its own, so that what it starts (nginx its worker) ends with it.
  const child = spawn(program, args, {
    detached: true,
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      for (const watch of watchers) watch();
    });
  }

  let alive = true;
  if (child.pid !== undefined) groups.add(child.pid);
  let late = false;
  const bound = setTimeout(() => {
    late = true;
    killGroup(child.pid);
  }, options.boundMs ?? BOUND_MS);
  const ended = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      alive = false;
      groups.delete(child.pid ?? 0);
      clearTimeout(bound);
      for (const watch of watchers) watch();
      const exit = { code: code ?? undefined, signal: signal ?? undefined, ...written };
      if (late) reject(new Error(`${argv.join(' ')} was still running\n${written.stdout}\n${written.stderr}`));
      else resolve({ ...exit, seconds: (performance.now() - begun) / 1000 });
    });
  });
  ended.catch(() => {
    alive = false;
  });
  onTestFinished(async () => {
    if (alive) killGroup(child.pid);
    await ended.catch(() => undefined);
  });

  return {
    pid: child.pid ?? 0,
    kill: (signal) => child.kill(signal),
    ended,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const found = pattern.exec(written.stdout) ?? pattern.exec(written.stderr);
          if (found) resolve(found);
          else if (!alive) reject(new Error(`${argv.join(' ')} ended without ${pattern}\n${written.stderr}`));
          if (found || !alive) watchers.delete(watch);
        };
        watchers.add(watch);
        watch();
      }),
  };
}

/** Process groups that still run, for when this process ends before its tests have. */
const groups = new Set<number>();
process.once('exit', () => groups.forEach(killGroup));

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
