import {
  isEmpty,
  keyOf,
  LIFE,
  recordId,
  registerIn,
  sameValue,
  valueIn,
  type ChangeRow,
  type EditTold,
  type RecordState,
  type Value,
} from '@concord/core';
import { valueText, type Typed } from './chronicle.ts';
import { checkCombined, isCombined } from './combining.ts';
import { columnsOf, registerOf, THING, TOKENS } from './map.ts';
import { stored } from './rows.ts';
import { filledBy, type SimSystem } from './system.ts';
import type { World } from './world.ts';

const PAGE = 500;
/** An engine that heard an answer and died this soon after may not have kept it. */
const KEEP_MS = 1500;

/** What must hold when everything has come to rest. */
export async function checkEnd(world: World, documents: boolean): Promise<void> {
  const { ledger, chronicle, systems, story } = world;
  const records = (await ledger.records({ entity: THING, limit: PAGE })).items;
  for (const words of chronicle.missing([...systems.values()].map(({ rows }) => rows)))
    chronicle.breach(2, `${words} is not in the history`);
  for (const record of records) {
    await checkAgreement(world, record);
    await checkHistory(world, record, documents);
    if (!story.choice) checkWrites(world, record, records);
  }
  if (story.choice) return world.restores.check(records);
  await checkLosers(world);
  await checkQueue(world);
  if (story.twins) await checkTwins(world, records);
  if (story.systems.some(({ fills }) => fills)) await checkFilled(world, records);
  checkRows(world, records);
  checkOvertaken(world, records);
  checkSums(world, records);
  checkCombined(world, records, (upon) => isSure(upon, world.timeline.now));
}

/** Once everything has come to rest, nothing more happens. */
export async function checkIdle(world: World, until: (momentMs: number) => Promise<void>): Promise<void> {
  const { timeline, figures, chronicle, story } = world;
  const [writes, plans, reads] = [figures.writes, figures.plans, figures.reads];
  await until(timeline.now + 2 * story.pollMs + 2000);
  if (figures.writes !== writes || figures.plans !== plans)
    chronicle.breach(4, `${figures.writes - writes} writes and ${figures.plans - plans} plans while nobody did anything`);
  // A feed that tells keys alone has each row read that it tells.
  if (figures.reads !== reads) chronicle.breach(12, `${figures.reads - reads} rows were read while nobody did anything`);
}

async function checkAgreement({ systems, owners, chronicle, ledger, story }: World, record: RecordState): Promise<void> {
  const isAlive = valueIn(record, LIFE) === 'live';
  const owner = story.owners && (await ownerOf(ledger, record));
  const leadsNowhere = [...systems].some(([id, { rows }]) => {
    const name = rows.get(record.links[id]?.key ?? keyOf(''))?.columns?.['owner'];
    return typeof name === 'string' && !owners.get(id)?.rows.named(name);
  });
  for (const { nature, rows } of systems.values()) {
    const link = record.links[nature.id];
    const kept = link?.key === undefined ? undefined : rows.get(link.key);
    const isThere = link?.state === 'present' && kept?.columns !== undefined;
    if (isAlive && !isThere && link?.blocked && leadsNowhere) continue;
    // Somebody set an owner there whom nobody knows yet: that may speak against the deletion.
    if (!isAlive && isThere && link.unread && leadsNowhere) continue;
    if (isThere !== isAlive) {
      chronicle.breach(1, `${record.id} is ${isAlive ? 'alive' : 'deleted'}, and ${isThere ? 'is' : 'is not'} in ${nature.id}`);
      continue;
    }
    if (!isThere) continue;
    for (const column of columnsOf(story)) checkColumn({ nature, rows }, record, kept.columns, column, chronicle.breach);
    if (owner !== undefined && !link.unread && kept.columns['owner'] !== owner)
      chronicle.breach(1, `the owner of ${record.id} is ${owner}, and ${String(kept.columns['owner'])} in ${nature.id}`);
  }
}

/** The name of a thing's owner; `undefined`: it leads nowhere. */
async function ownerOf(ledger: World['ledger'], record: RecordState): Promise<string | undefined> {
  const id = valueIn(record, 'owner');
  const owner = typeof id === 'string' ? await ledger.record(recordId(id)) : undefined;
  const name = owner && valueIn(owner, 'account');
  return typeof name === 'string' ? name : undefined;
}

/** Two that look alike, and that were made by people of two systems, were asked about. */
async function checkTwins({ ledger, chronicle, story }: World, records: readonly RecordState[]): Promise<void> {
  const { items } = await ledger.conflicts({ limit: PAGE });
  const asked = items.flatMap(({ record, about }) => (about?.kind === 'candidates' ? [[record, ...about.records]] : []));
  for (const [one, index] of records.map((record, at) => [record, at] as const)) {
    const twin = valueIn(one, 'twin');
    for (const other of isEmpty(twin ?? null) ? [] : records.slice(index + 1)) {
      if (valueIn(other, 'twin') !== twin || originOf(story, one) === originOf(story, other)) continue;
      if (!asked.some((ids) => ids.includes(one.id) && ids.includes(other.id)))
        chronicle.breach(13, `${one.id} and ${other.id} look alike, and nobody was asked`);
    }
  }
}

/** The system in which a thing was made. */
function originOf({ deeds }: World['story'], record: RecordState): string | undefined {
  const account = valueIn(record, 'account');
  const deed = deeds.find((one) => one.kind === 'create' && one.name === account);
  return deed && 'system' in deed ? deed.system : undefined;
}

/** What a system filled in by itself speaks against nobody, where its own answer told it: of what was read only later, nobody can tell. */
async function checkFilled({ ledger, chronicle, story }: World, records: readonly RecordState[]): Promise<void> {
  const tells = new Set<string>(story.systems.flatMap(({ id, answers }) => (answers === 'stored' ? [id] : [])));
  const isFilled = ({ system, value }: Pick<EditTold, 'system' | 'value'>): boolean => tells.has(system) && value === filledBy(system);
  for (const { id, resolution } of (await ledger.conflicts({ state: 'settled', limit: PAGE })).items) {
    const { register, value, contributors } = resolution;
    if (register !== LIFE || value !== 'live' || contributors.some((edit) => edit.register === LIFE && edit.value === 'live')) continue;
    const rivals = contributors.filter((edit) => edit.register !== LIFE);
    if (rivals.length > 0 && rivals.every(isFilled)) chronicle.breach(14, `in ${id} what a system filled in speaks against a deletion`);
  }
  for (const record of records) {
    const account = valueIn(record, 'account');
    const last = chronicle.edits.findLast((edit) => edit.record === record.id && edit.register === 'phone' && !isFilled(edit));
    const isMadeAnew = story.deeds.some((deed) => deed.kind === 'remove' && deed.name === account);
    const stands = valueIn(record, 'phone');
    if (isMadeAnew || !last || isEmpty(last.value) || ![...tells].some((id) => stands === filledBy(id))) continue;
    chronicle.breach(14, `${JSON.stringify(stands)} stands in ${record.id}, where somebody had set ${JSON.stringify(last.value)}`);
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

/** What stands in the queue is still to be done. */
async function checkQueue({ ledger, chronicle }: World): Promise<void> {
  for (const state of ['due', 'waiting', 'parked'] as const) {
    for (const { id, record, system } of (await ledger.deliveries({ state, limit: PAGE })).items) {
      const link = (await ledger.record(record))?.links[system];
      const isToRead = link?.unread !== undefined && link.state === 'present';
      if (!link?.planned && !link?.parked && !isToRead) chronicle.breach(12, `${id} is ${state}, and there is nothing to do`);
    }
  }
}

/** Whoever lost by a rule is named, so that it can be found again. */
async function checkLosers({ ledger, chronicle }: World): Promise<void> {
  for (const { id, register, resolution } of (await ledger.conflicts({ state: 'settled', limit: PAGE })).items) {
    const { value, contributors, losers, kind, rule } = resolution;
    if (
      register === LIFE ||
      register === 'stock' ||
      isCombined(register) ||
      kind !== 'settled' ||
      value === undefined ||
      rule === 'convergent'
    )
      continue;
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
