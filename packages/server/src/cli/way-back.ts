import type { Command } from 'commander';
import { listParked, releaseParked, URL_DEFAULT, type ParkedGiven, type ReleaseGiven } from './parked.ts';

export type Does = <Given extends unknown[]>(command: (...given: Given) => Promise<number>) => (...given: Given) => Promise<void>;

const AT_URL = ['--url <url>', 'the sidecar that runs there', URL_DEFAULT] as const;

/** What one reaches for when something went wrong. */
export function wayBackCommands(program: Command, does: Does): void {
  const parked = program.command('parked').description('writes that were refused or wait: list, explain, retry, discard');
  parked
    .command('list')
    .description('each with the words of whoever refused it, and what happens next')
    .option(...AT_URL)
    .option('--system <name>', 'only those to this system')
    .option('--state <state>', 'parked, waiting or due', 'parked')
    .option('--json', 'one JSON object a line')
    .action(does((given: ParkedGiven) => listParked(given)));
  for (const [decision, words] of [
    ['retry', 'try them again, now'],
    ['discard', 'give them up: the system is left without them until they would be something else'],
  ] as const) {
    parked
      .command(decision)
      .description(words)
      .argument('[ids...]', 'ids of deliveries, as `concord parked list` tells them')
      .option(...AT_URL)
      .requiredOption('--by <name>', 'who says so; kept in the ledger')
      .option('--note <words>', 'why; kept in the ledger')
      .option('--all', 'everything that is parked')
      .option('--rows', 'the rows that are set aside, in place of writes')
      .option('--system <name>', 'with --all: only those to this system')
      .option('--entity <name>', 'with --all: only those of this entity')
      .action(does((ids: string[], given: ReleaseGiven) => releaseParked(decision, ids, given)));
  }
}
