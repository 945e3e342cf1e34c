import { isEmpty, LIFE, registerIn, sameValue, valueIn, type ChangeRow, type RecordState, type Value } from '@concord/core';
import { valueText, type Typed } from './chronicle.ts';
import { COLUMNS, registerOf, THING, TOKENS } from './map.ts';
import { stored } from './rows.ts';
import type { SimSystem } from './system.ts';
import type { World } from './world.ts';

const PAGE = 500;
/** An engine that heard an answer and died this soon after may not have kept it. */
const KEEP_MS = 1500;

/** What must hold when everything has come to rest. */
export async function checkEnd(world: World, documents: boolean): Promise<void> {
  const { ledger, chronicle, systems } = world;
  const records = (await ledger.records({ entity: THING, limit: PAGE })).items;
  for (const words of chronicle.missing([...systems.values()].map(({ rows }) => rows)))
    chronicle.breach(2, `${words} is not in the history`);
  for (const record of records) {
    checkAgreement(world, record);
    await checkHistory(world, record, documents);
    checkWrites(world, record, records);
  }
  await checkLosers(world);
  checkRows(world, records);
  checkOvertaken(world, records);
  checkSums(world, records);
}

/** Once everything has come to rest, nothing more happens. */
export async function checkIdle(world: World, until: (momentMs: number) => Promise<void>): Promise<void> {
  const { timeline, figures, chronicle, story } = world;
  const [writes, plans] = [figures.writes, figures.plans];
  await until(timeline.now + 2 * story.pollMs + 2000);
  if (figures.writes !== writes || figures.plans !== plans)
    chronicle.breach(4, `${figures.writes - writes} writes and ${figures.plans - plans} plans while nobody did anything`);
}

function checkAgreement({ systems, chronicle }: World, record: RecordState): void {
  const isAlive = valueIn(record, LIFE) === 'live';
  for (const { nature, rows } of systems.values()) {
    const link = record.links[nature.id];
    const kept = link?.key === undefined ? undefined : rows.get(link.key);
    const isThere = link?.state === 'present' && kept?.columns !== undefined;
    if (isThere !== isAlive) {
      chronicle.breach(1, `${record.id} is ${isAlive ? 'alive' : 'deleted'}, and ${isThere ? 'is' : 'is not'} in ${nature.id}`);
      continue;
    }
    if (!isThere) continue;
    for (const column of COLUMNS) checkColumn({ nature, rows }, record, kept.columns, column, chronicle.breach);
  }
}

type Breaching = World['chronicle']['breach'];

function checkColumn(
  { nature }: Pick<SimSystem, 'nature' | 'rows'>,
  record: RecordState,
  columns: Parameters<typeof valueText>[0],
  column: string,
  breach: Breaching,
): void {
  const { name, columns: all } = registerOf(column);
  const merged = registerIn(record, name)?.value;
  if (merged === undefined) return;
  const members: readonly Value[] = Array.isArray(merged) ? merged : [merged];
  const whole = Object.fromEntries(all.map((member, index) => [member, scalar(members[index])]));
  const [wanted, found] = [valueText(stored(nature, whole), name), valueText(columns, name)];
  if (wanted !== found && !(isEmpty(merged) && found === valueText({}, name)))
    breach(1, `${name} of ${record.id} is ${JSON.stringify(merged)}, and ${found} in ${nature.id}`);
}

function scalar(value: Value | undefined): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** Whoever lost by a rule is named, so that it can be found again. */
async function checkLosers({ ledger, chronicle }: World): Promise<void> {
  for (const { id, register, resolution } of (await ledger.conflicts({ state: 'settled', limit: PAGE })).items) {
    const { value, contributors, losers, kind, rule } = resolution;
    if (register === LIFE || register === 'stock' || kind !== 'settled' || value === undefined || rule === 'convergent') continue;
    for (const edit of contributors) {
      const isNamed =
        sameValue(edit.value, value) || losers.some((loser) => loser.system === edit.system && sameValue(loser.value, edit.value));
      if (!isNamed) chronicle.breach(2, `${JSON.stringify(edit.value)} of ${edit.system} lost in ${id}, and is not among the losers`);
    }
  }
}

/** No row stands beside the records, and no record has two rows in one system. */
function checkRows({ systems, chronicle }: World, records: readonly RecordState[]): void {
  for (const { nature, rows } of systems.values()) {
    for (const { key, columns } of rows.living()) {
      const holders = records.filter(({ links }) => links[nature.id]?.key === key && links[nature.id]?.state === 'present');
      if (holders.length !== 1) chronicle.breach(8, `${key} (${String(columns?.['account'])}) belongs to ${holders.length} records`);
    }
  }
}

/** A replay of the edits comes to the row, and so does the document. */
async function checkHistory({ ledger, table, chronicle, core }: World, record: RecordState, documents: boolean): Promise<void> {
  const { differences } = await core.prove(ledger, table, record);
  for (const { register, stored: row, played } of differences)
    chronicle.breach(7, `${register} of ${record.id} is ${JSON.stringify(row)}, and comes to ${JSON.stringify(played)} when replayed`);
  if (!documents) return;
  const changes: ChangeRow[] = [];
  let after: string | undefined;
  do {
    const page = await ledger.changes(record.id, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    changes.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  for (const words of core.verifyRecord(table, record, changes)) chronicle.breach(7, `${record.id}: ${words}`);
}

/** At most one write into each system for each time that somebody edited the record, and the one that made the row. */
function checkWrites({ systems, chronicle }: World, record: RecordState, records: readonly RecordState[]): void {
  const account = String(valueIn(record, 'account'));
  if (records.some((other) => other !== record && valueIn(other, 'account') === account)) return;
  const edits = chronicle.edits.filter((edit) => edit.record === record.id);
  for (const { nature } of systems.values()) {
    const count = chronicle.writes.get(`${nature.id} ${account}`) ?? 0;
    if (count > edits.length + 1) chronicle.breach(4, `${count} writes of ${account} into ${nature.id} for ${edits.length} edits`);
  }
}

/** What somebody saw and typed over never comes back. */
function checkOvertaken({ chronicle, timeline, story }: World, records: readonly RecordState[]): void {
  // Where all clocks are right, it does not matter whether anybody heard of the write that was typed over.
  const areRight = story.systems.every(({ skewMs, granularityMs }) => skewMs === 0 && granularityMs === 1);
  const isKept = new Set(chronicle.edits.map(({ system, register, value }) => `${system} ${register} ${JSON.stringify(value)}`));
  for (const record of records) {
    const account = String(valueIn(record, 'account'));
    if (records.filter((other) => valueIn(other, 'account') === account).length > 1) continue;
    for (const column of TOKENS) {
      const final = JSON.stringify(valueIn(record, column) ?? null);
      const overtaken = overtakenIn(chronicle, account, column, isKept, (upon) => areRight || isSure(upon, timeline.now));
      if (final !== 'null' && overtaken.has(final) && !isRuled(chronicle, record, column, final))
        chronicle.breach(9, `${final} stands in ${column} of ${account}, and somebody had typed over it`);
    }
  }
}

/** Where nobody can tell what somebody saw, a person is asked, and may choose either. */
function isRuled({ edits }: World['chronicle'], { id }: RecordState, column: string, final: string): boolean {
  return edits.some(
    ({ record, register, system, value }) => record === id && register === column && system === 'person' && JSON.stringify(value) === final,
  );
}

function overtakenIn(
  { typed, edits }: World['chronicle'],
  account: string,
  column: string,
  isKept: ReadonlySet<string>,
  isKnown: (upon: Typed['upon']) => boolean,
): ReadonlySet<string> {
  const overtaken = new Set<string>();
  for (const entry of typed) {
    if (entry.account !== account || entry.column !== column || !isKept.has(`${entry.system} ${column} ${entry.text}`)) continue;
    for (let under = entry.over; under; under = under.over) overtaken.add(under.text);
    if (entry.upon && isKnown(entry.upon))
      for (const edit of edits.slice(0, entry.upon.edits)) if (edit.register === column) overtaken.add(JSON.stringify(edit.value));
  }
  return overtaken;
}

/** Whether an engine heard of the write, and lived long enough to keep that it did. */
function isSure(upon: Typed['upon'], nowMs: number): boolean {
  if (upon?.heardAtMs === undefined) return false;
  return (upon.life?.overAtMs ?? nowMs) - upon.heardAtMs > KEEP_MS;
}

/** What everybody added and took away is in the sum once. */
function checkSums({ story, chronicle, systems }: World, records: readonly RecordState[]): void {
  for (const record of records) {
    const account = String(valueIn(record, 'account'));
    const isSpoilt =
      story.deeds.some((deed) => deed.kind === 'remove' && deed.name === account) ||
      chronicle.edits.some((edit) => edit.record === record.id && edit.register === 'stock' && edit.system === 'person');
    const start = valueIn(record, 'stock');
    if (isSpoilt || typeof start !== 'number') continue;
    const added = chronicle.added(account);
    if (!sameValue(start, 100 + added))
      chronicle.breach(2, `the stock of ${account} is ${start}, and 100 and ${added} were to make it (${systems.size} systems)`);
  }
}
