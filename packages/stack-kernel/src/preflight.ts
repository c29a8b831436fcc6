import { MccError, type PreflightContext } from '@mcc/core';
import { ensureFiles } from './files.js';
import type { NativeAddon } from './native.js';
import { checkPorts } from './ports.js';
import type { ReadSetting } from './sysctl.js';

/** Checks what can be known before anything is opened, and raises the limit of open files. Throws MccError. */
export function preflight(
  context: PreflightContext,
  native: Pick<NativeAddon, 'raiseFileLimit'>,
  read: ReadSetting,
): void {
  if (context.role === 'client') checkPorts(context, read);
  else checkListen(context);
  ensureFiles(context, (wanted) => native.raiseFileLimit(wanted), read);
}

/** Each worker listens for itself: for port 0 the kernel would give each of them another. */
function checkListen({ endpoints, workers }: PreflightContext): void {
  if (workers === 1 || endpoints.every(({ port }) => port !== 0)) return;
  throw new MccError('MCC_ERR_USAGE', {
    what: 'Several workers cannot share port 0, which stands for any free port.',
    remedy: 'Give a port to --listen, or use --smp 1.',
  });
}
