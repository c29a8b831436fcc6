import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { Namespace } from './netns.js';
import { type Running, start } from './process.js';
import { freePort, tempDir } from './temp.js';

export interface NginxOptions {
  /** What stands in the `server` block. `ROOT` in it becomes the folder of `files`. */
  readonly locations: string;
  /** Name to content, served from ROOT. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Where it runs and listens; absent: the loopback, on a free port. */
  readonly within?: Namespace;
  /** Worker processes, which share the port, and the most connections of each. Default one, and 4096. */
  readonly workers?: number;
  readonly workerConnections?: number;
  /** After this long it is killed. Default two minutes. */
  readonly boundMs?: number;
}

export interface LogEntry {
  readonly status: number;
  /** $bytes_sent: header and body. */
  readonly bytesSent: number;
  /** $request_completion: the response was sent whole. */
  readonly complete: boolean;
  readonly method: string;
  /** $request_uri: path and query, as they came. */
  readonly uri: string;
  /** $request_length: line, header and body. */
  readonly bytesReceived: number;
}

export interface Nginx {
  /** HOST:PORT. */
  readonly address: string;
  /** Its ROOT. */
  readonly root: string;
  /** Ends it in order, and returns what it logged: one entry per request. */
  stop(): Promise<readonly LogEntry[]>;
}

/** Files of a worker that are no connections. */
const OWN_FILES = 100;

const BINARIES = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx', '/usr/local/bin/nginx'];

/** Starts nginx as a child in the foreground. Skips the test where nginx is not installed. */
export async function startNginx(context: TestContext, options: NginxOptions): Promise<Nginx> {
  const binary = BINARIES.find((path) => existsSync(path));
  context.skip(binary === undefined, 'nginx is not installed');
  const home = tempDir();
  const root = join(home, 'www');
  mkdirSync(root);
  for (const [name, content] of Object.entries(options.files ?? {})) writeFileSync(join(root, name), content);
  const address = `${options.within?.address ?? '127.0.0.1'}:${options.within ? 80 : await freePort()}`;
  const config = join(home, 'nginx.conf');
  writeFileSync(
    config,
    configuration(home, address, { ...options, locations: options.locations.replaceAll('ROOT', root) }),
  );

  const prefix = options.within?.prefix ?? [];
  const argv = [...prefix, binary ?? 'nginx', '-p', home, '-c', config, '-e', join(home, 'error.log')];
  const running = start(argv, { boundMs: options.boundMs ?? 120_000 });
  await ready(running, join(home, 'nginx.pid'), join(home, 'error.log'));
  return {
    address,
    root,
    async stop() {
      running.kill('SIGQUIT');
      await running.ended;
      return readLog(join(home, 'access.log'));
    },
  };
}

function configuration(home: string, address: string, options: NginxOptions): string {
  const { locations, workers = 1, workerConnections = 4096 } = options;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    worker_processes ${workers};
    worker_rlimit_nofile ${workerConnections + OWN_FILES};
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    pid ${home}/nginx.pid;
    events { worker_connections ${workerConnections}; }
    http {
      ${temporary.map((kind) => `${kind}_temp_path ${home}/${kind};`).join('\n      ')}
      log_format counts '$status $bytes_sent "$request_completion" $request_method $request_length $request_uri';
      access_log ${home}/access.log counts;
      keepalive_requests 1000000000;
      server { listen ${address} backlog=4096${workers > 1 ? ' reuseport' : ''}; ${locations} }
    }`;
}

/** nginx writes its pid file when it has bound its sockets: from then on a connection is accepted or waits. */
async function ready(running: Running, pidFile: string, errorLog: string): Promise<void> {
  let over = false;
  void running.ended.catch(() => undefined).then(() => (over = true));
  while (!(existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '')) {
    if (over) throw new Error(`nginx did not start\n${existsSync(errorLog) ? readFileSync(errorLog, 'utf8') : ''}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function readLog(path: string): LogEntry[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [status, bytes, completion, method, received, uri] = line.split(' ');
      return {
        status: Number(status),
        bytesSent: Number(bytes),
        complete: completion === '"OK"',
        method: method ?? '',
        uri: uri ?? '',
        bytesReceived: Number(received),
      };
    });
}
