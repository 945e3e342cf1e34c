/** Runs commands one after another in one process, and says behind each how it ended: a process for each would mostly load the same files again. */
import { run } from '../../packages/server/dist/cli/main.js';

for (const args of JSON.parse(process.argv[2] ?? '[]')) {
  const status = await run(args);
  console.log(`\n<${status}>`);
}
