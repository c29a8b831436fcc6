import { execute } from '@mcc/cli';
import { main } from './main.js';

await execute(main);
