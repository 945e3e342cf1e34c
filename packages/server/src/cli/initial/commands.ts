import type { Command } from 'commander';
import { atUrl } from '../address.ts';
import type { Does } from '../way-back.ts';
import { reportInitial, type ReportGiven } from './report.ts';
import { runInitial, type InitialGiven } from './run.ts';

/** Systems that all hold something already come together. */
export function initialCommands(program: Command, does: Does): void {
  const initial = program.command('initial-write').description('bring systems together that all hold something already');
  initial
    .command('report')
    .description('read all of them, write nothing, and say what matches, what is in one alone, what is ambiguous, and what differs')
    .requiredOption('--config <file>', 'the configuration, for example concord.yaml')
    .option('--entity <name>', 'only this one')
    .option('--json', 'as JSON')
    .action(does((given: ReportGiven) => reportInitial(given)));
  initial
    .command('run')
    .description('start it in the sidecar, and tell how far it is; begun before: only what failed is tried again')
    .addOption(atUrl())
    .requiredOption('--entity <name>', 'which')
    .requiredOption('--by <name>', 'who does it; kept in the ledger')
    .option('--note <words>', 'why; kept in the ledger')
    .action(does((given: InitialGiven) => runInitial(given)));
}
