import { readFileSync } from 'node:fs';

/** Reads a kernel setting by its dotted name; undefined where this kernel has none. For tests: any function like it. */
export type ReadSetting = (name: string) => string | undefined;

export const readSysctl: ReadSetting = (name) => {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim();
  } catch {
    return undefined;
  }
};

/** A setting that is one number. */
export function numberSetting(read: ReadSetting, name: string): number | undefined {
  const text = read(name);
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}
