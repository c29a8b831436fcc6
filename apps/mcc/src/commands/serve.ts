import {
  openCommand,
  prepareServe,
  processIo,
  readCommand,
  serve,
  serveOptions,
  usageError,
  type Endpoint,
  type ServeRequest,
  type Snapshot,
} from '@mcc/core';
import type { CAC } from 'cac';
import { PLUGIN_DEFAULTS, pluginPlaces } from '../environment.js';
import { warn } from '../failure.js';
import { HELP_SPECS, printHelp, wantsHelp } from '../help.js';
import { serveCapacity } from '../serve-capacity.js';
import { table } from '../table.js';
import { sortPlugins } from './run.js';

/** `mcc serve`: accepts connections and answers, until a signal. */
export async function serveCommand(args: readonly string[], cli: CAC): Promise<number> {
  const opened = await openCommand('serve', serveOptions(PLUGIN_DEFAULTS), args, pluginPlaces(), HELP_SPECS);
  if (wantsHelp(args)) {
    printHelp(cli, opened.specs);
    return 0;
  }
  const { options, plugins, positionals, optionsForReport } = readCommand(opened, args);
  if (positionals[0] !== undefined) {
    throw usageError(`mcc serve takes no argument "${positionals[0]}": use --listen ADDR:PORT`);
  }
  const prepared = await prepareServe(options, sortPlugins(plugins), optionsForReport, serveCapacity(options.smp));
  prepared.warnings.forEach(warn);
  const { request } = prepared;
  return serve(request, {
    ...processIo({ console: process.stdout }),
    listening: (endpoints) => process.stdout.write(renderListening(request, endpoints)),
    ended: (totals) => process.stdout.write(renderTotals(totals)),
  });
}

/** The line that scripts wait for: `listening on 127.0.0.1:8080 (http on kernel, 1 worker)`. */
export function renderListening({ stack, protocol, smp }: ServeRequest, endpoints: readonly Endpoint[]): string {
  const where = endpoints.map(({ address, port }) =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
  );
  const workers = smp === 1 ? '1 worker' : `${smp} workers`;
  return `listening on ${where.join(' ')} (${protocol.plugin.name} on ${stack.plugin.name}, ${workers})\n`;
}

/** What a server did, once it has ended. */
export function renderTotals({ counters, errors }: Pick<Snapshot, 'counters' | 'errors'>): string {
  const rows = [
    ['connections', `${counters.established} accepted, ${counters.peak} at one time`],
    ['requests', `${counters.requestsCompleted} answered, ${counters.requestsFailed} failed`],
    ['bytes', `${counters.bytesReceived} received, ${counters.bytesSent} sent`],
    ...Object.entries(errors).map(([code, times]) => [code, String(times)]),
  ];
  return table(rows);
}
