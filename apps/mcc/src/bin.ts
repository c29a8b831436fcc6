import { execute, main } from './main.js';

await execute(main);
