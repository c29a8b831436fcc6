import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeOptions, listPlugins, runOptions, serveOptions, type OptionSpec, type Plugin } from '@mcc/core';
import http from '@mcc/proto-http';
import raw from '@mcc/proto-raw';
import console from '@mcc/reporter-console';
import json from '@mcc/reporter-json';
import kernel from '@mcc/stack-kernel';
import mtcp from '@mcc/stack-mtcp';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { PLUGIN_DEFAULTS, pluginPlaces, RUN_DEFAULTS } from './environment.js';
import { HELP_SPECS } from './help.js';

const PAGE = fileURLToPath(new URL('../../../docs/cli.md', import.meta.url));
const PLUGINS: readonly Plugin[] = [kernel, mtcp, http, raw, console, json];

/** Of each table, by the name in the comment before it. */
const TABLES: Readonly<Record<string, readonly OptionSpec[]>> = {
  'mcc-run': [...describeOptions(runOptions(RUN_DEFAULTS[0])), ...HELP_SPECS],
  'mcc-serve': [...describeOptions(serveOptions(PLUGIN_DEFAULTS)), ...HELP_SPECS],
  ...Object.fromEntries(PLUGINS.map((plugin) => [plugin.name, describeOptions(plugin.options, plugin.name)])),
};

/** Markdown, in no particular form. The column of commands is there where an option is for one of them. */
function table(specs: readonly OptionSpec[]): string {
  const divided = specs.some(({ only }) => only !== undefined);
  const rows = specs.map((spec) => {
    // What is no value of the option, but what happens without one, stands at the end of its text.
    const [, meaning = '', otherwise = '–'] = /^(.*?)(?:; default: (.*))?$/.exec(spec.help) ?? [];
    return [flagsOf(spec), meaning, spec.default || otherwise, ...(divided ? [spec.only ?? 'both'] : [])];
  });
  const titles = ['flag', 'meaning', 'default', ...(divided ? ['mcc'] : [])];
  return [titles, titles.map(() => '-'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

function flagsOf({ alias, name, otherNames, form, placeholder }: OptionSpec): string {
  const value = form === 'flag' ? (placeholder === '' ? '' : ' true|false') : ` ${placeholder}`;
  const names = [...(alias === undefined ? [] : [`-${alias}`]), `--${name}${value}`];
  return [...names, ...otherNames.map((other) => `--${other}${value}`)].map((each) => `\`${each}\``).join(', ');
}

it('docs/cli.md has every option as it is declared (vitest -u writes it)', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const found: string[] = [];
  const filled = page.replace(
    /(<!-- options of (\S+) -->)[\s\S]*?(<!-- end -->)/g,
    (_all, open, name: string, close) => {
      found.push(name);
      return `${open}\n\n${table(TABLES[name] ?? [])}\n\n${close}`;
    },
  );
  expect(found.toSorted()).toEqual(Object.keys(TABLES).toSorted());
  const wanted = await format(filled, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
  await expect(wanted).toMatchFileSnapshot(PAGE);
});

it('no plugin that comes with mcc is left out', () => {
  const ours = listPlugins([pluginPlaces().home]).filter(({ packageName }) => packageName.startsWith('@mcc/'));
  expect(PLUGINS.map(({ name }) => name).toSorted()).toEqual(ours.map(({ name }) => name).toSorted());
});
