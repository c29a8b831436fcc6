// Without DPDK there is nothing to build: one sentence says so, and everything else works.
import { createRequire } from 'node:module';
import { buildAddon } from '@mcc/engine/build-addon';

const dpdk = createRequire(import.meta.url)('./native/find-dpdk.cjs');

buildAddon(import.meta.url, {
  optional: true,
  obstacle: () =>
    dpdk.version() === undefined
      ? '@mcc/stack-mtcp: DPDK 22.11 or newer is not installed (libdpdk-dev), so --stack mtcp is not built.'
      : undefined,
});
