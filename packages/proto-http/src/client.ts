import { isDeepStrictEqual } from 'node:util';
import type { Alternative, Program, Step, Target } from '@mcc/core';
import { classesOf } from './classes.js';
import { CsvData } from './csv-data.js';
import { type HttpOptions } from './options.js';
import { refuse } from './refuse.js';
import { renderRequest } from './request.js';
import type { WorkloadItem } from './workload-item.js';
import { isMix, mixOf, singleRequest } from './workload.js';

/** Sends a request and reads the response, over and over, `pipeline` of them at a time. */
export function clientProgram(options: HttpOptions, target: Target): Program {
  if (options.pipeline > 1 && !options.keepalive) {
    refuse('--http.pipeline needs connections that stay open', 'leave out --http.keepalive false');
  }
  const data = options.data === undefined ? undefined : new CsvData(options.data);
  const items = isMix(options) ? mixOf(options) : [singleRequest(options, target)];
  const messages = items.map(({ request }) => renderRequest(request, target, data));
  const tables = tablesOf(data, options);
  const { framing } = items[0]!;
  const { program: classes, classOf } = classesOf(isMix(options) ? items.map(({ name }) => name) : []);
  const alternative = (item: WorkloadItem, message: number): Alternative => ({
    message,
    weight: item.weight,
    class: classOf(item.name),
    ...(!isDeepStrictEqual(item.framing, framing) && { reply: item.framing }),
  });
  const send: Step = isMix(options) ? { kind: 'sendOneOf', mix: 0 } : { kind: 'send', message: 0 };
  const steps: Step[] = [
    ...Array.from({ length: options.pipeline }, () => send),
    ...Array.from({ length: options.pipeline }, (): Step => ({ kind: 'expect', framing })),
  ];
  if (!options.keepalive) steps.push({ kind: 'close' });
  if (options.thinkTime > 0) steps.push({ kind: 'wait', time: { kind: 'constant', ns: options.thinkTime } });
  steps.push({ kind: 'repeat', from: 0 });
  return {
    role: 'client',
    messages,
    steps,
    ...classes,
    ...(isMix(options) && { mixes: [items.map(alternative)] }),
    ...tables,
  };
}

/** The columns that the requests took values from. */
function tablesOf(data: CsvData | undefined, { dataOrder }: HttpOptions): Pick<Program, 'tables'> {
  if (data === undefined) {
    if (dataOrder === 'random') refuse('--http.data-order has no rows to order', 'give a file with --http.data');
    return {};
  }
  const table = data.table(dataOrder);
  if (table.columns.length === 0) {
    refuse(
      `--http.data ${data.file} is not used`,
      'put {{csv:COLUMN}} in the path, a header or the body, or leave it out',
    );
  }
  return { tables: [table] };
}
