import { describe, expect, it } from 'vitest';
import { instantiate } from '../container.js';
import type { Plugin } from '../contracts/plugin.js';
import { testPlugin } from './plugin-suite.js';
import { testAccounting } from './stack/accounting.js';
import { testCarrying } from './stack/carrying.js';
import { testEnding } from './stack/ending.js';
import { testHandling } from './stack/handling.js';
import type { StackCase } from './stack/network.js';
import { testOpening } from './stack/opening.js';
import { Rig, TEST_MS } from './stack/rig.js';

/**
 * The conformance suite of stack plugins: call it in a vitest file, with a case for each way in which the stack runs.
 * Each test opens a server and a client of the stack in this very process and polls them in turn.
 */
export function testStack(plugin: Plugin, cases: readonly StackCase[]): void {
  describe(`stack ${plugin.name}`, () => {
    testPlugin(plugin, 'stack');

    describe.each(cases)('$title', { timeout: TEST_MS }, (way) => {
      const make = (): Promise<Rig> => Rig.make(plugin, way);

      it('registers a stack of its name', async () => {
        const { network } = await make();
        const stack = instantiate('stack', plugin, plugin.options.parse(network.options('client')));
        expect(stack.name).toBe(plugin.name);
        expect(stack.capabilities.ownAddresses).toBeTypeOf('boolean');
      });

      describe('opens connections', () => testOpening(make));
      describe('carries bytes', () => testCarrying(make));
      describe('ends connections', () => testEnding(make));
      describe('speaks with handlers', () => testHandling(make));
      describe('keeps account', () => testAccounting(make));
    });
  });
}
