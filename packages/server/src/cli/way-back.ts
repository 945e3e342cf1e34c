import type { Command } from 'commander';
import { importDualWrite, type DualWriteGiven } from './dual-write.ts';
import { backup, restore, type BackupGiven, type RestoreGiven } from './ledger/backup.ts';
import { compact, type CompactGiven } from './ledger/compact.ts';
import { doctor, type DoctorGiven } from './ledger/doctor.ts';
import { erase, erasures, type EraseGiven } from './ledger/erase.ts';
import { exportTo, importFrom, type ExportGiven } from './ledger/transfer.ts';
import { verify, type VerifyGiven } from './ledger/verify.ts';
import { atUrl } from './address.ts';
import { listParked, releaseParked, type ParkedGiven, type ReleaseGiven } from './parked.ts';
import { decideMap, listMaps, setMap, type MapGiven } from './maps.ts';
import { putBackCommands } from './put-back.ts';
import type { Where } from './lab/asked.ts';
import { comparisons, type ComparisonsGiven } from './comparisons.ts';
import { resyncEntity, resyncRecord, type ResyncGiven } from './resync.ts';

export type Does = <Given extends unknown[]>(command: (...given: Given) => Promise<number>) => (...given: Given) => Promise<void>;

const CONFIG = ['--config <file>', 'the configuration, for example concord.yaml'] as const;

/** What one reaches for when something went wrong. */
export function wayBackCommands(program: Command, does: Does): void {
  ledgerCommands(program, does);
  transferCommands(program, does);
  erasureCommands(program, does);
  compactCommand(program, does);
  resyncCommands(program, does);
  parkedCommands(program, does);
  mapCommands(program, does);
  putBackCommands(program, does);
}

function ledgerCommands(program: Command, does: Does): void {
  program
    .command('backup')
    .description('copy the ledger, while it is in use, into one file')
    .option('--url <url>', 'the sidecar that runs there makes it')
    .option(...CONFIG)
    .option('--to <folder>', 'move it there; on the same machine')
    .action(does((given: BackupGiven) => backup(given)));
  program
    .command('restore')
    .description("put a backup that verifies in the ledger's place; the sidecar must not be running")
    .argument('<backup>', 'the file')
    .requiredOption(...CONFIG)
    .requiredOption('--by <name>', 'who does it; kept in the ledger')
    .action(does((file: string, given: RestoreGiven) => restore(file, given)));
  program
    .command('verify')
    .description('hold all of a ledger, or of a backup, against itself; the sidecar must not be running on that file')
    .requiredOption(...CONFIG)
    .option('--ledger <file>', 'another ledger file, for example a backup')
    .option('--archive <file>', 'hold what was compacted away against this archive, too')
    .option('--acts-head <hash>', 'and the acts of people against the end of their chain, as it was told earlier')
    .action(does((given: VerifyGiven) => verify(given)));
  program
    .command('doctor')
    .description('say what is wrong with a ledger file, or with a sidecar that runs, and what to do; status 1 if something must be done')
    .option(...CONFIG)
    .option('--url <url>', 'the sidecar that runs there')
    .option('--mend', 'cut a torn log before its tear, and give up the commits behind it; the whole log is kept')
    .action(does((given: DoctorGiven) => doctor(given)));
}

function transferCommands(program: Command, does: Does): void {
  program
    .command('export')
    .description('write a ledger, a backup, or one record of it, into a file; the sidecar must not be running on that ledger')
    .requiredOption(...CONFIG)
    .requiredOption('--to <file>', 'the file to write')
    .option('--ledger <file>', 'another ledger file, for example a backup')
    .option('--record <id>', 'only this record')
    .option('--force', 'write over a file that is there')
    .option('--as <format>', 'jsonl, which can be imported; or automerge, the document of one record', 'jsonl')
    .action(does((given: ExportGiven) => exportTo(given)));
  const imports = program
    .command('import')
    .description('make a new ledger of an export; or, with dual-write, a configuration of its table maps')
    .argument('<file>', 'what was exported as jsonl')
    .option(...CONFIG)
    .action(does((file: string, given: { config?: string }) => importFrom(file, given)));
  imports
    .command('dual-write')
    .description('make a configuration of exported table maps; what needs a decision is marked')
    .argument('<maps...>', 'what Dataverse answers to msdyn_dualwriteentitymaps?$select=msdyn_name,msdyn_mapping')
    .option('--finops <file>', 'what /Metadata/PublicEntities of Finance & Operations answers, for the names of sets and columns')
    .option('--to <file>', 'the configuration to write', 'concord.yaml')
    .action(does((maps: readonly string[], given: DualWriteGiven) => importDualWrite(maps, given)));
}

function erasureCommands(program: Command, does: Does): void {
  program
    .command('erase')
    .description('have past values of a record leave the ledger; what the systems hold is left alone')
    .requiredOption('--record <id>', 'the record; those that were folded into it go with it')
    .option('--field <name...>', 'only these fields; all text fields otherwise')
    .option('--url <url>', 'the sidecar that runs there does it')
    .option(...CONFIG)
    .requiredOption('--by <name>', 'who says so; kept in the ledger')
    .option('--note <words>', 'why; kept in the ledger')
    .action(does((given: EraseGiven) => erase(given)));
  program
    .command('erasures')
    .description('list what was erased: when, by whom, which fields, why')
    .requiredOption(...CONFIG)
    .option('--ledger <file>', 'another ledger file, for example a backup')
    .action(does((given: { config: string; ledger?: string }) => erasures(given)));
}

function compactCommand(program: Command, does: Does): void {
  program
    .command('compact')
    .description('have old changes leave the ledger, where nothing stands on them')
    .option('--url <url>', 'the sidecar that runs there does it')
    .option(...CONFIG)
    .requiredOption('--keep <time>', 'what is younger stays: 90d, 12h, 30m, or an instant')
    .option('--entity <name>', 'only records of this entity')
    .option('--ledger <file>', 'another ledger file than the configured one')
    .option('--dry-run', 'say what would go, and change nothing')
    .option('--archive <folder>', 'first write all of the ledger, as it is, into a file there; a sidecar that runs has its own')
    .option('--no-archive', 'what goes is kept nowhere')
    .option('--by <name>', 'who says so; kept in the ledger')
    .action(does((given: CompactGiven & Where) => compact(given)));
}

function resyncCommands(program: Command, does: Does): void {
  const resync = program.command('resync').description('read rows again, whatever their versions say, and take what differs');
  for (const [what, argument, work] of [
    ['record', '<id>', resyncRecord],
    ['entity', '<name>', resyncEntity],
  ] as const) {
    resync
      .command(what)
      .description(what === 'record' ? 'the rows of one record' : 'all rows of an entity, with progress')
      .argument(argument)
      .addOption(atUrl())
      .requiredOption('--by <name>', 'who says so; kept in the ledger')
      .option('--note <words>', 'why; kept in the ledger')
      .action(does((name: string, given: ResyncGiven) => work(name, given)));
  }
  program
    .command('comparisons')
    .description('what comparisons of all rows have found; status 1 where the last one of a map found what nothing explains')
    .addOption(atUrl())
    .option('--system <name>', 'only those of this system')
    .option('--entity <name>', 'only those of this entity')
    .action(does((given: ComparisonsGiven) => comparisons(given)));
}

function parkedCommands(program: Command, does: Does): void {
  const parked = program.command('parked').description('writes that were refused or wait: list, explain, retry, discard');
  parked
    .command('list')
    .description('each with the words of whoever refused it, and what happens next')
    .addOption(atUrl())
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
      .addOption(atUrl())
      .requiredOption('--by <name>', 'who says so; kept in the ledger')
      .option('--note <words>', 'why; kept in the ledger')
      .option('--all', 'everything that is parked')
      .option('--rows', 'the rows that are set aside, in place of writes')
      .option('--system <name>', 'with --all: only those to this system')
      .option('--entity <name>', 'with --all: only those of this entity')
      .action(does((ids: string[], given: ReleaseGiven) => releaseParked(decision, ids, given)));
  }
}

function mapCommands(program: Command, does: Does): void {
  const map = program.command('map').description('have one entity of one system rest, and go on');
  map
    .command('list')
    .description('how each is, who paused it, and how far behind it is')
    .addOption(atUrl())
    .action(does(({ url }: { readonly url: string }) => listMaps(url)));
  for (const [act, words] of [
    ['pause', 'take nothing from it and write nothing to it; nothing is lost'],
    ['resume', 'go on where it was'],
    ['stop', 'turn it off, until it is started'],
    ['start', 'go on from a new listing of everything'],
  ] as const) {
    map
      .command(act)
      .description(words)
      .argument('<entity>')
      .argument('<system>')
      .addOption(atUrl())
      .requiredOption('--by <name>', 'who says so; kept in the ledger')
      .option('--note <words>', 'why; kept in the ledger')
      .action(does((entity: string, system: string, given: MapGiven) => setMap(act, entity, system, given)));
  }
  for (const [decision, words] of [
    ['pass', 'a mass change that waits is as it should be: take it'],
    ['refuse', 'a mass change that waits is a mistake: undo it'],
  ] as const) {
    map
      .command(decision)
      .description(words)
      .argument('<entity>')
      .argument('<system>')
      .addOption(atUrl())
      .requiredOption('--by <name>', 'who says so; kept in the ledger')
      .option('--note <words>', 'why; kept in the ledger')
      .action(does((entity: string, system: string, given: MapGiven) => decideMap(decision, entity, system, given)));
  }
}
