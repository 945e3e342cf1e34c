import type { Command } from 'commander';
import { Type, type Static } from 'typebox';
import { atUrl } from './address.ts';
import { getFrom, postTo } from './lab/asked.ts';
import type { Does } from './way-back.ts';

interface Asked {
  readonly url: string;
}

interface Given extends Asked {
  readonly by: string;
  readonly note?: string;
}

const values = Type.Record(Type.String(), Type.Unknown());
const fields = Type.Array(
  Type.Object({
    fields: Type.Array(Type.String()),
    count: Type.Number(),
    examples: Type.Array(Type.Object({ key: Type.String(), values, stands: values })),
  }),
);
const rows = Type.Object({ count: Type.Number(), examples: Type.Array(Type.Object({ key: Type.String() })) });
const putBack = Type.Object({
  since: Type.String(),
  words: Type.String(),
  before: Type.Optional(Type.String()),
  chosen: Type.Optional(Type.Object({ choice: Type.String(), by: Type.String(), at: Type.String() })),
  report: Type.Optional(
    Type.Object({
      state: Type.String(),
      words: Type.Optional(Type.String()),
      rows: Type.Number(),
      same: Type.Number(),
      lost: fields,
      edited: fields,
      lostRows: rows,
      missingRows: rows,
      againRows: rows,
      newRows: Type.Number(),
      before: Type.Optional(Type.String()),
    }),
  ),
});
type Report = NonNullable<Static<typeof putBack>['report']>;

const CHOICES = [
  ['give-back', 'write again what the ledger holds and the system lost'],
  ['take-over', 'take its older state as edits'],
  ['hold', 'have each difference wait for a person'],
] as const;

/** Systems that were put back from a backup: what they hold, and what is to become of it. */
export function putBackCommands(program: Command, does: Does): void {
  const command = program.command('put-back').description('a system that was put back from a backup: see what it lost, and choose');
  command
    .command('show')
    .description('what it lost, and what was edited there since, by field; nothing is changed')
    .argument('<entity>')
    .argument('<system>')
    .addOption(atUrl())
    .option('--again', 'read all of its rows anew first')
    .action(does((entity: string, system: string, given: Asked & { again?: true }) => show(entity, system, given)));
  for (const [choice, words] of CHOICES) {
    command
      .command(choice)
      .description(`${words}; edits since are kept whatever is chosen`)
      .argument('<entity>')
      .argument('<system>')
      .addOption(atUrl())
      .requiredOption('--by <name>', 'who says so; kept in the ledger')
      .option('--note <words>', 'why; kept in the ledger')
      .action(does((entity: string, system: string, given: Given) => choose(choice, entity, system, given)));
  }
  command
    .command('declare')
    .description('say that a system was put back: all of its maps rest until somebody has chosen')
    .argument('<system>')
    .addOption(atUrl())
    .requiredOption('--by <name>', 'who says so; kept in the ledger')
    .option('--note <words>', 'why; kept in the ledger')
    .action(does((system: string, given: Given) => declare(system, given)));
}

function pathOf(url: string, entity: string, system: string): string {
  return `${url}/v1/maps/${encodeURIComponent(entity)}/${encodeURIComponent(system)}/put-back`;
}

/** Status 1 as long as somebody must choose. */
async function show(entity: string, system: string, { url, again }: Asked & { again?: true }): Promise<number> {
  const path = pathOf(url, entity, system);
  if (again) await postTo(`${path}/report`, {}, Type.Object({ begun: Type.Boolean() }));
  const { since, words, before, chosen, report } = await getFrom(path, putBack);
  console.log(`${entity} ${system}: put back, noticed ${since}: ${words}`);
  if (chosen) console.log(`  ${chosen.choice} by ${chosen.by} at ${chosen.at}: it is being carried out`);
  else if (report) for (const line of reportLines(report, before ?? report.before)) console.log(`  ${line}`);
  else console.log('  The report is not made yet: ask again.');
  return chosen ? 0 : 1;
}

function reportLines(report: Report, before: string | undefined): readonly string[] {
  const { state, words, rows: read, same, newRows } = report;
  return [
    state === 'done'
      ? `${read} rows were read, ${same} are as they were`
      : `${read} rows are read so far${words === undefined ? '' : `: ${words}`}`,
    ...(before === undefined ? [] : [`it was put back to a moment before ${before}`]),
    ...report.lost.flatMap((field) => fieldLines('older values of', field)),
    ...report.edited.flatMap((field) => fieldLines('edits since of', field)),
    ...rowLines('rows that it lost', report.lostRows),
    ...rowLines('rows that it has no more: lost, or deleted since', report.missingRows),
    ...rowLines('deleted rows that are there again', report.againRows),
    ...(newRows > 0 ? [`${newRows} rows are new, and are taken whatever is chosen`] : []),
    ...(state === 'done' ? ['Choose: concord put-back give-back | take-over | hold'] : []),
  ];
}

function fieldLines(what: string, { fields: names, count, examples }: Report['lost'][number]): readonly string[] {
  const told = examples.map(
    ({ key, values: shows, stands }) => `  ${key}: it shows ${wordsOf(shows)}, the ledger holds ${wordsOf(stands)}`,
  );
  return [`${what} ${names.join(', ')}: ${count}`, ...told];
}

function wordsOf(told: Readonly<Record<string, unknown>>): string {
  return Object.values(told)
    .map((value) => JSON.stringify(value))
    .join(', ');
}

function rowLines(what: string, { count, examples }: Report['lostRows']): readonly string[] {
  const more = count > examples.length ? ', …' : '';
  return count === 0 ? [] : [`${what}: ${count} (${examples.map(({ key }) => key).join(', ')}${more})`];
}

async function choose(choice: string, entity: string, system: string, { url, by, note }: Given): Promise<number> {
  const body = { choice, by, ...(note === undefined ? {} : { note }) };
  await postTo(pathOf(url, entity, system), body, Type.Object({ choice: Type.String() }));
  console.log(`${entity} ${system}: ${choice}, and then it goes on. How far it is: concord map list`);
  return 0;
}

async function declare(system: string, { url, by, note }: Given): Promise<number> {
  const body = { by, ...(note === undefined ? {} : { note }) };
  const to = `${url}/v1/systems/${encodeURIComponent(system)}/put-back`;
  const { entities } = await postTo(to, body, Type.Object({ entities: Type.Array(Type.String()) }));
  for (const entity of entities) console.log(`${entity} ${system}: rests. What differs: concord put-back show ${entity} ${system}`);
  return 0;
}
