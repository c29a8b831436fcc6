import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testStack } from '@mcc/core/testing';
import { describe, onTestFinished } from 'vitest';
import plugin from './index.js';

const SERVER = '198.18.0.2';
/** Static, so that packets to it leave, and nobody takes them. */
const NOBODY = '198.18.0.77';

/** Both ends of a memif, without DPDK's memory. */
function network() {
  const folder = mkdtempSync(join(tmpdir(), 'mcc-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    options: (role: 'client' | 'server') => ({
      port: `memif:${join(folder, 'mcc.sock')}`,
      address: role === 'server' ? SERVER : '198.18.64.0/24',
      neighbour: `${NOBODY}=02:00:00:00:00:77`,
    }),
    serving: { address: SERVER, port: 8080 },
    refusing: { address: SERVER, port: 9 },
    silent: { address: NOBODY, port: 8080 },
  };
}

const built = existsSync(fileURLToPath(new URL('../build/Release/stack_mtcp.node', import.meta.url)));

// DPDK is optional: without it there is no addon.
describe.skipIf(!built)('conformance', () => testStack(plugin, [{ title: 'over memif', network }]));
