import { MccError, type PreflightContext } from '@mcc/core';
import { ensureFiles } from './files.js';
import type { NativeAddon } from './native.js';
import { checkPorts } from './ports.js';
import type { ReadSetting } from './sysctl.js';

/** Checks what can be known before anything is opened, and raises the limit of open files. Throws MccError. */
export function preflight(
  context: PreflightContext,
  native: Pick<NativeAddon, 'raiseFileLimit' | 'tryUring' | 'hasDirectDescriptors'>,
  read: ReadSetting,
): void {
  if (context.role === 'client') checkPorts(context, read);
  else checkListen(context);
  if (context.options['io'] === 'uring') checkUring(native.tryUring());
  ensureFiles(context, native, read);
}

/** Whoever asks for io_uring by name does not get epoll instead. */
function checkUring(reason: string | null): void {
  if (reason === '') return;
  if (reason === null) {
    throw new MccError('MCC_ERR_USAGE', {
      what: '--kernel.io uring: this build has no io_uring, because the headers of liburing were missing.',
      remedy: 'Use --kernel.io epoll, or: apt-get install -y liburing-dev && npm rebuild @mcc/stack-kernel',
    });
  }
  throw new MccError('MCC_ERR_NOT_PERMITTED', {
    what: `--kernel.io uring: the kernel gives no io_uring: ${reason}.`,
    remedy: 'Use --kernel.io epoll, or run `mcc doctor` to see what io_uring needs.',
  });
}

/** Each worker listens for itself: for port 0 the kernel would give each of them another. */
function checkListen({ endpoints, workers }: PreflightContext): void {
  if (workers === 1 || endpoints.every(({ port }) => port !== 0)) return;
  throw new MccError('MCC_ERR_USAGE', {
    what: 'Several workers cannot share port 0, which stands for any free port.',
    remedy: 'Give a port to --listen, or use --smp 1.',
  });
}
