import type { Command } from 'commander';
import { atUrl } from './address.ts';
import {
  listConflicts,
  reopenConflict,
  resolveConflict,
  showConflict,
  type ListGiven,
  type OneGiven,
  type ResolveGiven,
} from './conflicts.ts';
import { findRecords, type FindGiven } from './records.ts';
import { status, type StatusGiven } from './status/status.ts';
import type { Does } from './way-back.ts';

/** What one does every day: see how it is, find a record, and decide what no rule can. */
export function inboxCommands(program: Command, does: Does): void {
  program
    .command('status')
    .description('how the sidecar is: on a terminal it is followed, until q or Ctrl-C')
    .addOption(atUrl())
    .option('--once', 'tell it once; so it is where the output is no terminal. Status 1 where something needs a person')
    .option('--every <seconds>', 'how often it is looked at', '2')
    .action(does((given: StatusGiven) => status(given)));
  const conflicts = program
    .command('conflicts')
    .description('what no rule could decide, and what was decided: list, show, resolve, reopen');
  conflicts
    .command('list')
    .description('what waits for a person, latest first')
    .addOption(atUrl())
    .option('--state <state>', 'held, settled or resolved', 'held')
    .option('--entity <name>', 'only of this entity')
    .option('--record <id>', 'only of this record')
    .option('--field <name>', 'only about this field')
    .option('--json', 'one JSON object a line')
    .action(does((given: ListGiven) => listConflicts(given)));
  conflicts
    .command('show')
    .description('one conflict: what each side says, why no rule applies, and how it can be decided')
    .argument('<id>', 'as `concord conflicts list` tells it')
    .addOption(atUrl())
    .option('--json', 'as JSON')
    .action(does((id: string, given: OneGiven) => showConflict(id, given)));
  conflicts
    .command('resolve')
    .description('decide one')
    .argument('<id>', 'as `concord conflicts list` tells it')
    .addOption(atUrl())
    .option('--side <system>', 'what this system says shall stand')
    .option('--value <field=value...>', 'or this value; once for each field of the conflict')
    .option('--version <number>', 'or what was set in this version of the record')
    .option('--join <record>', 'about a record as a whole: it is the same as this one')
    .option('--apart', 'or it is none of them')
    .option('--row <key>', 'or this row is the one that is mirrored')
    .option('--by <name>', "in whose name; the key's own otherwise")
    .option('--note <words>', 'why; kept in the history')
    .action(does((id: string, given: ResolveGiven) => resolveConflict(id, given)));
  conflicts
    .command('reopen')
    .description('have one that is closed wait for a person again')
    .argument('<id>', 'as `concord conflicts list --state settled` tells it')
    .addOption(atUrl())
    .option('--by <name>', "in whose name; the key's own otherwise")
    .option('--note <words>', 'why; kept in the history')
    .action(does((id: string, given: ResolveGiven) => reopenConflict(id, given)));
  program
    .command('records')
    .description('records: find')
    .command('find')
    .description('find records by words in their values, or by the key that a system knows them by; status 1 where there is none')
    .argument('[words...]', 'all of them stand in its values, its keys or its id')
    .addOption(atUrl())
    .option('--entity <name>', 'only of this entity')
    .option('--system <name>', 'with --key: the system that knows it so')
    .option('--key <key>', "with --system: the key of its row, for example dataAreaId='abct',CustomerAccount='C-001002'")
    .option('--limit <n>', 'how many to show', '20')
    .option('--json', 'one JSON object a line')
    .action(does((words: string[], given: FindGiven) => findRecords(words, given)));
}
