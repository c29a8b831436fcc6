import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeOptions } from '../options/describe.js';
import { text } from '../options/schemas.js';
import { checkClashes } from './clash.js';

const core = describeOptions(
  z.object({ conn: text().meta({ alias: 'c' }), stack: text().meta({ otherNames: ['network-stack'] }) }),
);
const plugin = (name: string, alias: string) => describeOptions(z.object({ path: text().meta({ alias }) }), name);

describe('checkClashes', () => {
  it('lets different names stand', () => {
    expect(() => checkClashes([...core, ...plugin('a', 't'), ...plugin('b', 'p')], ['a', 'b'])).not.toThrow();
  });

  it.each([
    [[...plugin('a', 't'), ...plugin('b', 't')], ['a', 'b'], '-t is claimed by the plugin b and by the plugin a.'],
    [[...core, ...plugin('a', 'c')], ['a'], '-c is claimed by the plugin a and by mcc itself.'],
    [
      [...plugin('a', 't'), ...plugin('a', 'p')],
      ['a', 'a'],
      '--a.… is claimed by a plugin named a and by a plugin named a.',
    ],
    [[], ['a', 'a'], '--a.… is claimed by a plugin named a and by a plugin named a.'],
    [core, ['stack'], '--stack is claimed by the plugin stack and by mcc itself.'],
  ])('refuses clash %#', (specs, names, message) => {
    expect(() => checkClashes(specs, names)).toThrow(
      expect.objectContaining({ code: 'MCC_ERR_PLUGIN_CLASH', message }),
    );
  });
});
