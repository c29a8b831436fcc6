import { mkdir, writeFile } from 'node:fs/promises';
import { defineConfig } from 'tsup';
import { bundle } from '../../tsup.base.js';
import { reportJsonSchema } from './src/schema.js';

export default defineConfig({
  ...bundle({ index: 'src/index.ts' }),
  async onSuccess() {
    await mkdir('dist/schema', { recursive: true });
    await writeFile('dist/schema/mcc-report-1.schema.json', `${JSON.stringify(reportJsonSchema(), null, 2)}\n`);
  },
});
