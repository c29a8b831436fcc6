import type { PluginKind } from '../contracts/plugin.js';

/** How each kind is called in package names and flags. */
export const KIND_WORDS: Readonly<Record<PluginKind, string>> = {
  stack: 'stack',
  protocol: 'proto',
  reporter: 'reporter',
};

/** `./foo.js`, `../foo`, `/foo`: a file or folder, not a package. */
export function isPath(spec: string): boolean {
  return /^(\.{1,2}(\/|$)|\/|file:)/.test(spec);
}

/** Whether npm knows such names, so that the line to type holds nothing that a shell would act on. */
export function isPackageName(name: string): boolean {
  return /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name);
}

/** The packages that `--proto foo` may mean, in the order in which they are looked up. */
export function packageCandidates(kind: PluginKind, spec: string): string[] {
  const word = KIND_WORDS[kind];
  const scoped = /^(@[^/]+)\/(.+)$/.exec(spec);
  if (scoped !== null) {
    const [, scope = '', name = ''] = scoped;
    return name.startsWith(`mcc-${word}-`) ? [spec] : [`${scope}/mcc-${word}-${name}`, spec];
  }
  return spec.startsWith(`mcc-${word}-`) ? [spec] : [`@mcc/${word}-${spec}`, `mcc-${word}-${spec}`, spec];
}

/** The package that is likely to exist when none was found: what `npm install` should be told. */
export function packageToInstall(kind: PluginKind, spec: string): string {
  const candidates = packageCandidates(kind, spec);
  if (spec.startsWith('@mcc/')) return spec;
  return candidates.find((name) => name.includes(`mcc-${KIND_WORDS[kind]}-`)) ?? spec;
}
