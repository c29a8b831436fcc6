import type { OptionSpec } from '@mcc/core';
import { expect, it } from 'vitest';
import { renderOptions, wantsHelp } from './help.js';

const spec = (name: string, more: Partial<OptionSpec> = {}): OptionSpec => ({
  key: name,
  name,
  otherNames: [],
  form: 'value',
  placeholder: 'N',
  help: `sets ${name}`,
  isDuration: false,
  ...more,
});

it('groups options by plugin, with defaults and other names', () => {
  const specs = [
    spec('conn', { alias: 'c', default: '100' }),
    spec('stack', { otherNames: ['network-stack'] }),
    spec('lab.fast', { plugin: 'lab', form: 'flag', placeholder: 'VALUE', default: 'true' }),
    spec('help', { form: 'flag', placeholder: '' }),
  ];
  expect(renderOptions(specs)).toEqual([
    {
      title: 'Options',
      body: '  -c, --conn N   sets conn (default: 100)\n      --stack N  sets stack (also --network-stack)\n      --help     sets help',
    },
    { title: 'Options of lab', body: '      --lab.fast [true|false]  sets lab.fast (default: true)' },
  ]);
});

it('puts the text of a long flag on the next line', () => {
  const [section] = renderOptions([spec('conn'), spec('a-flag-that-is-much-too-long-for-a-column')]);
  expect(section?.body.split('\n')).toEqual([
    `      --conn N${' '.repeat(30)}sets conn`,
    '      --a-flag-that-is-much-too-long-for-a-column N',
    `${' '.repeat(44)}sets a-flag-that-is-much-too-long-for-a-column`,
  ]);
});

it.each([
  [['run', '--help'], true],
  [['-h'], true],
  [['--', '--help'], false],
  [['--helpful'], false],
])('%j wants help: %s', (args, wanted) => expect(wantsHelp(args)).toBe(wanted));
