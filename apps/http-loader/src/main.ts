import { frontMain } from '@mcc/cli';

/** The `http_loader` command: `mcc run --proto http` that runs until a signal, unless told how long. Never throws. */
export function main(args: readonly string[]): Promise<number> {
  return frontMain(args, {
    name: 'http_loader',
    summary: 'drive HTTP load at a target, until a signal or for --duration',
    defaults: { proto: 'http', durationNs: 0 },
  });
}
