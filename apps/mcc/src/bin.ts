import { main } from './main.js';
import { finish, guardStreams } from './streams.js';

guardStreams();
await finish(await main(process.argv.slice(2)));
