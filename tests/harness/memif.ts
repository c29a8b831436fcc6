import { join } from 'node:path';
import { tempDir } from './temp.js';

/** Where the server listens on a memif of `memif()`. */
export const MEMIF_SERVER = '198.18.0.2';

/** Flags of both ends of a memif, without hugepages: nothing leaves the two processes. */
export function memif(port = 8080) {
  const path = join(tempDir(), 'mcc.sock');
  const device = ['--stack', 'mtcp', '--mtcp.huge', 'off', '--mtcp.port', `memif:${path}`];
  return {
    path,
    serving: [...device, '--mtcp.address', MEMIF_SERVER, '--listen', `${MEMIF_SERVER}:${port}`],
    driving: device,
  };
}
