import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { testAlerts, type AlertsGiven } from './alerts.ts';
import { audit, type AuditGiven } from './audit.ts';
import { check } from './check.ts';
import { demo } from '../demo/demo.ts';
import { EMULATED, emulate, type EmulateGiven } from './emulate.ts';
import { inboxCommands } from './inbox.ts';
import { initialCommands } from './initial/commands.ts';
import { labCommands, planCommand } from './lab/commands.ts';
import { failureWords } from '../failure.ts';
import { ROLES } from '../access/roles.ts';
import { addKeyFor, listKeys, revokeKeyOf, type AddGiven, type ListGiven } from './keys.ts';
import { runSidecar } from './run.ts';
import { wayBackCommands, type Does } from './way-back.ts';

/** The command line. Answers the exit status: 0 when all went well. */
export async function run(args: readonly string[]): Promise<number> {
  let status = 0;
  const does = <Given extends unknown[]>(command: (...given: Given) => Promise<number>) => {
    return async (...given: Given): Promise<void> => {
      status = await command(...given);
    };
  };
  const program = programOf(does);
  // Whoever reads no further, as `head` does, is no failure of ours.
  if (process.stdout.listenerCount('error') === 0)
    process.stdout.on('error', (cause: NodeJS.ErrnoException) => process.exit(cause.code === 'EPIPE' ? status : 1));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    return tellError(error, nameOf(program, args));
  }
  return status;
}

function programOf(does: Does): Command {
  const program = new Command('concord').description('Keeps records mirrored between business systems in agreement, with full history.');
  program.version(versionOf(), '-V, --version', 'the version of Concord');
  program.exitOverride();
  program
    .command('run')
    .description('run the sidecar')
    .requiredOption('--config <file>', 'the configuration, for example concord.yaml')
    .action(does(({ config }: { config: string }) => runSidecar(config)));
  program
    .command('check')
    .description('check a configuration and name every fault')
    .argument('<file>', 'the configuration')
    .action(does((file: string) => check(file)));
  program
    .command('audit')
    .description('compare the maps with what both systems really have; status 1 where something would not be mirrored')
    .requiredOption(...CONFIG)
    .option('--entity <name>', 'only this entity')
    .option('--baseline <file>', 'what the metadata was when it was last accepted; beside the ledger otherwise')
    .option('--accept', 'take what the metadata says now for the new baseline')
    .option('--json', 'one JSON object a line')
    .action(does((given: AuditGiven) => audit(given)));
  program
    .command('emulate')
    .description(`start one emulated system: ${EMULATED.join(' or ')}`)
    .argument('<system>', EMULATED.join(' | '))
    .option('--port <n>', 'the port to listen on; 0 takes any that is free', '0')
    .option('--seed <name>', 'data to begin with: abctextiles, or the path of a seed file')
    .option('--data <folder>', 'keep its data there, and go on with what is kept there; the seed is for the first time')
    .action(does((system: string, given: EmulateGiven) => emulate(system, given)));
  program
    .command('demo')
    .description('two emulated systems, the sidecar between them, and ten conflicts told as a story')
    .option('--once', 'stop after the story, with status 1 if a scene did not end as told')
    .action(does((options: { once?: boolean }) => demo(options)));
  keyCommands(program, does);
  program
    .command('alerts')
    .description('alerts: who is told when something needs a person')
    .command('test')
    .description('send a test message; status 1 where a destination does not take it')
    .requiredOption(...CONFIG)
    .option('--to <name>', 'only to this destination')
    .action(does((given: AlertsGiven) => testAlerts(given)));
  inboxCommands(program, does);
  wayBackCommands(program, does);
  planCommand(program, does);
  labCommands(program, does);
  initialCommands(program, does);
  for (const command of commandsIn(program)) speakOfMistakes(command);
  return program;
}

function commandsIn(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(commandsIn)];
}

/** A mistyped option is told before the one that is missing because of it; and each mistake ends in what to do. */
function speakOfMistakes(command: Command): void {
  const needed = command.options.filter(({ mandatory }) => mandatory);
  for (const option of needed) option.makeOptionMandatory(false);
  command.hook('preAction', (_program, acting) => {
    if (acting !== command) return;
    for (const option of needed)
      if (acting.getOptionValue(option.attributeName()) === undefined)
        acting.error(`error: required option '${option.flags}' not specified`);
  });
  command.showHelpAfterError(`\`${nameOfCommand(command)} --help\` says what it takes.`);
}

function nameOfCommand(command: Command): string {
  return command.parent ? `${nameOfCommand(command.parent)} ${command.name()}` : command.name();
}

/** The command that was asked for, without its options. */
function nameOf(program: Command, args: readonly string[]): string {
  let found = program;
  for (const arg of args) {
    const next = found.commands.find((command) => command.name() === arg);
    if (!next) break;
    found = next;
  }
  return nameOfCommand(found);
}

const PACKAGE = new URL('../../package.json', import.meta.url);

function versionOf(): string {
  const told: unknown = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  return typeof told === 'object' && told !== null && 'version' in told ? String(told.version) : 'unknown';
}

const CONFIG = ['--config <file>', 'the configuration, for example concord.yaml'] as const;

function keyCommands(program: Command, does: Does): void {
  const keys = program.command('keys').description('API keys: who may use the REST API, and for what');
  keys
    .command('add')
    .description('make a key; it is shown once, on the standard output')
    .requiredOption(...CONFIG)
    .requiredOption('--name <name>', 'whose it is; what is done with it is written down in this name')
    .option('--role <role>', ROLES.join(' | '), 'reader')
    .option('--entity <entity...>', 'only for the records of these entities')
    .option('--sees-sensitive', 'is told the values of sensitive fields; an admin always is')
    .action(does(async (given: AddGiven) => addKeyFor(given)));
  keys
    .command('list')
    .description('all keys, without their secrets')
    .requiredOption(...CONFIG)
    .action(does(async (given: ListGiven) => listKeys(given)));
  keys
    .command('revoke')
    .description('put an end to a key')
    .argument('<id>', 'as `concord keys list` tells it')
    .requiredOption(...CONFIG)
    .action(does(async (id: string, given: ListGiven) => revokeKeyOf(id, given)));
}

function tellError(error: unknown, command: string): number {
  // Commander has told its own errors already; its help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode;
  console.error(failureWords(error, command));
  if (process.env['CONCORD_LOG'] === 'debug') console.error(error);
  return 1;
}
