// Entry of a worker thread: built as its own file, started once per --smp.
import { parentPort, workerData } from 'node:worker_threads';
import { instantiate } from '../container.js';
import type { Plugin } from '../contracts/plugin.js';
import type { ConnectionHandlers } from '../contracts/protocol.js';
import type { Facts, FromWorker, PluginReference, ToWorker, WorkerJob } from './messages.js';
import { toPlain } from './messages.js';
import { Reactor } from './reactor.js';

const main = parentPort!;
const post = (message: FromWorker): void => main.postMessage(message);

async function load({ url }: PluginReference): Promise<Plugin> {
  const module = (await import(url)) as { default: Plugin };
  return module.default;
}

async function handlersOf(job: WorkerJob): Promise<ConnectionHandlers | undefined> {
  if (job.protocol === undefined) return undefined;
  const protocol = instantiate('protocol', await load(job.protocol), job.protocol.options);
  return protocol.connection?.(job.protocol.options, job.program.role);
}

function isPaced({ program, context }: WorkerJob): boolean {
  if (program.role === 'server') return false;
  return context.departures !== undefined || program.steps.some((step) => step.kind === 'wait');
}

function fail(error: unknown): void {
  post({ type: 'failed', error: toPlain(error, 'MCC_ERR_STACK') });
}

async function start(job: WorkerJob): Promise<void> {
  const [plugin, handlers] = await Promise.all([load(job.stack), handlersOf(job)]);
  const stack = instantiate('stack', plugin, job.stack.options);
  const port = stack.open(job.context);
  port.load(job.program);
  const facts = (): Facts => stack.facts?.() ?? {};
  const reactor = new Reactor({
    port,
    role: job.program.role,
    paced: isPaced(job),
    facts,
    stats: job.context.stats,
    handlers,
    post,
  });
  const broken = (error: unknown): void => {
    port.close();
    fail(error);
  };
  main.on('message', (message: ToWorker) => {
    try {
      reactor.receive(message);
    } catch (error) {
      broken(error);
    }
    // Not left to the event loop: a timer of a plugin could keep it turning for ever.
    if (message.type === 'exit') process.exit();
  });
  post({ type: 'ready', facts: facts() });
  reactor.run(broken);
}

start(workerData as WorkerJob).catch(fail);
