import ts from 'typescript';
import { read } from '../lib/tree.mjs';

const TABLE = 'packages/core/src/errors.ts';
const PAGE = 'docs/errors.md';

/** The table of errors as Markdown rows: code, what happened, what to do, where it shows. */
export function errorRows(errors) {
  return Object.entries(errors).map(([code, { what, remedy, exit }]) => {
    const where = exit === undefined ? 'counted in the report' : `exit ${exit}`;
    return `| \`${code}\` | ${what} | ${remedy} | ${where} |`;
  });
}

/** The rows of docs/errors.md are those of the table: none missing, none left over, each in its own words. */
export async function errorDocs() {
  const source = ts.transpileModule(read(TABLE), { compilerOptions: { module: ts.ModuleKind.ESNext } }).outputText;
  const { ERRORS } = await import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`);
  const squeeze = (row) => row.replace(/\s+/g, ' ');
  const wanted = errorRows(ERRORS).map(squeeze);
  const found = read(PAGE)
    .split('\n')
    .filter((line) => line.startsWith('| `MCC_ERR_'))
    .map(squeeze);
  return {
    problems: [
      ...wanted.filter((row) => !found.includes(row)).map((row) => `${PAGE} lacks: ${row}`),
      ...found.filter((row) => !wanted.includes(row)).map((row) => `${PAGE} has, and ${TABLE} has not: ${row}`),
    ],
  };
}
