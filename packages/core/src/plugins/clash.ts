import { MccError } from '../errors.js';
import type { OptionSpec } from '../options/describe.js';

/** Throws MCC_ERR_PLUGIN_CLASH when two options answer to one name, or two plugins to one dot-name. */
export function checkClashes(specs: readonly OptionSpec[], pluginNames: readonly string[]): void {
  const owners = new Map<string, string>();
  const claim = (name: string, owner: string): void => {
    const other = owners.get(name);
    if (other !== undefined) throw clash(name, owner, other);
    owners.set(name, owner);
  };
  for (const name of pluginNames) claim(`--${name}.…`, `a plugin named ${name}`);
  for (const spec of specs) {
    const owner = spec.plugin === undefined ? 'mcc itself' : `the plugin ${spec.plugin}`;
    for (const name of [spec.name, ...spec.otherNames]) claim(`--${name}`, owner);
    if (spec.alias !== undefined) claim(`-${spec.alias}`, owner);
  }
  // A configuration file nests a plugin's options under its name, where core's own option would stand.
  for (const name of pluginNames) claim(`--${name}`, `the plugin ${name}`);
}

function clash(name: string, owner: string, other: string): MccError {
  return new MccError('MCC_ERR_PLUGIN_CLASH', { what: `${name} is claimed by ${owner} and by ${other}.` });
}
