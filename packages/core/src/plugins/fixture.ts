import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** For tests: a folder with these files, outside of any package. */
export class Fixture {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'mcc-plugins-')));

  write(files: Readonly<Record<string, string | object>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    }
  }

  /** A plugin package in `folder`; `manifest` and `module` replace parts of one that works. */
  plugin(folder: string, kind: string, name: string, manifest: object = {}, module = pluginModule(kind, name)): void {
    const mcc = { kind, name, apiVersion: 1 };
    const basics = { name: folder.replace(/^.*node_modules\//, ''), version: '1.2.3', keywords: ['mcc-plugin'], mcc };
    this.write({
      [`${folder}/package.json`]: { ...basics, type: 'module', exports: { import: './lib/plugin.js' }, ...manifest },
      [`${folder}/lib/plugin.js`]: module,
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

/** The source of a plugin that needs no other package. */
export function pluginModule(kind: string, name: string, apiVersion = 1): string {
  const options = '{ shape: {}, safeParse: (data) => ({ success: true, data }) }';
  return `export default { kind: '${kind}', name: '${name}', apiVersion: ${apiVersion}, options: ${options}, register() {} };`;
}
