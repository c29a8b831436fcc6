// @ts-check
import { definePlugin, PROTOCOL, z } from '@mcc/core';
import { client, server } from './declared.js';
import { connection } from './handlers.js';

const options = z.object({
  by: z.enum(['program', 'handlers']).default('program').describe('what speaks: a declared program, or JavaScript'),
});

/** @type {import('@mcc/core').Program} */
const handled = { role: 'client', messages: [], steps: [{ kind: 'handler' }] };

/** @implements {import('@mcc/core').Protocol<z.infer<typeof options>>} */
class Ping {
  name = 'ping';

  /** @param {z.infer<typeof options>} options */
  client({ by }) {
    return by === 'program' ? client() : handled;
  }

  /** @param {z.infer<typeof options>} options */
  server({ by }) {
    return by === 'program' ? server() : { ...handled, role: /** @type {const} */ ('server') };
  }

  /**
   * @param {z.infer<typeof options>} options
   * @param {'client' | 'server'} role
   */
  connection(options, role) {
    return connection(role);
  }
}

export default definePlugin({
  kind: 'protocol',
  name: 'ping',
  apiVersion: 1,
  options,
  register(container) {
    container.register(PROTOCOL, { useClass: Ping });
  },
});
