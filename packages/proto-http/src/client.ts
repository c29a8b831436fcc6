import type { Program, Step, Target } from '@mcc/core';
import { responseFraming } from './expectation.js';
import { refuseOptionsOf, type HttpOptions } from './options.js';
import { refuse } from './refuse.js';
import { renderRequest } from './request.js';

/** Sends the request and reads the response, over and over, `pipeline` of them at a time. */
export function clientProgram(options: HttpOptions, target: Target): Program {
  refuseOptionsOf('serve', options);
  if (options.pipeline > 1 && !options.keepalive) {
    refuse('--http.pipeline needs connections that stay open', 'leave out --http.keepalive false');
  }
  const request = renderRequest(options, target);
  const framing = responseFraming(options.method, options.expectStatus, options.expectSha256);
  const steps: Step[] = [
    ...Array.from({ length: options.pipeline }, (): Step => ({ kind: 'send', message: 0 })),
    ...Array.from({ length: options.pipeline }, (): Step => ({ kind: 'expect', framing })),
  ];
  if (!options.keepalive) steps.push({ kind: 'close' });
  if (options.thinkTime > 0) steps.push({ kind: 'wait', time: { kind: 'constant', ns: options.thinkTime } });
  steps.push({ kind: 'repeat', from: 0 });
  return { role: 'client', messages: [{ bytes: request }], steps };
}
