import type { Interface, System } from './system.js';

/** A machine made of files, links and interfaces, for tests. */
export function imaginary(parts: {
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly interfaces?: Readonly<Record<string, Interface>>;
  readonly addresses?: ReturnType<System['addresses']>;
  readonly capabilities?: readonly bigint[];
  readonly directories?: readonly string[];
}): System {
  const { files = {}, links = {}, interfaces = {}, addresses = [], capabilities = [], directories = [] } = parts;
  const paths = [...Object.keys(files), ...Object.keys(links), ...directories];
  return {
    interface: (name) => interfaces[name],
    addresses: () => addresses,
    can: (capability) => capabilities.includes(capability),
    isDirectory: (path) => directories.includes(path),
    read: (path) => files[path],
    link: (path) => links[path],
    list: (path) => [
      ...new Set(
        paths
          .filter((each) => each.startsWith(`${path}/`))
          .map((each) => each.slice(path.length + 1).split('/', 1)[0]!),
      ),
    ],
  };
}
