import type { EntityName, Key, RecordId, SystemId } from '../ids.ts';
import { admit } from '../map/admit.ts';
import type { Table } from '../map/compile.ts';
import type { MappedRow } from '../map/mapped.ts';
import { identityText } from '../map/translate.ts';
import { stub } from '../merge/stub.ts';
import { undo } from '../merge/undo.ts';
import { leftIn } from '../merge/unlink.ts';
import type { Context } from '../merge/draft.ts';
import { compareRow } from '../merge/compare.ts';
import { isKnown, observe, observeGone } from '../merge/observe.ts';
import type { Plan } from '../ports/plan.ts';
import type { Read, Row, Sighting, System } from '../ports/system.ts';
import type { RecordState } from '../record/record.ts';
import type { Awaiting } from './awaiting.ts';
import type { Door } from './door.ts';
import { disbeliefOf, type Guard, type Verdict } from './guard.ts';
import { canonical } from './kin.ts';
import { openGovernor, type Governed, type Governor } from './governor.ts';
import { isTwin, matchRow, translated } from './matching.ts';
import { ask, relate } from './questions.ts';
import { NotNow } from './not-now.ts';
import type { Parts } from './parts.ts';
import { missingInKey } from './references.ts';
import { countIn, type Comparing } from './comparing.ts';
import { isTakenBack, takingBack, takingBackGone, type Make } from './taking-back.ts';
import type { Heard, Hearing } from './traces.ts';
import { must } from '../errors/must.ts';

/** A record that moves under a plan this often is moved by something that should not be there. */
const TRIES_MAX = 20;

/** Where a sighting comes from. */
export interface Origin {
  readonly system: System;
  readonly table: Table;
  /** The tick at which the read began. */
  readonly began: number;
  /** Where rows go that cannot be matched yet; absent for rows of records that are known. */
  readonly awaiting?: Awaiting;
  /** Keeps count of the rows that a filter leaves outside; absent where nobody counts. */
  readonly door?: Door;
  /** What stops mass changes; absent where a single row is read for a reason of its own. */
  readonly guard?: Guard | undefined;
  /** Rows are compared whatever their versions say, and what differs is counted. */
  readonly comparing?: Comparing | undefined;
  /** For traces. */
  readonly heard?: Heard | undefined;
}

export interface Intake {
  /** Takes what one line of a feed says. Resolves when it is in the ledger, or nothing new. */
  take(origin: Origin, sighting: Sighting): Promise<void>;
  /** Reads a row and takes it; for callers that hold the record's lane. */
  reread(record: RecordState, system: System, comparing?: Comparing): Promise<void>;
  /** Plans again until the plan is taken; for callers that hold the record's lane. `byPerson`: a person ordered it. */
  persist(id: RecordId, make: Make, byPerson?: boolean): Promise<'committed' | 'nothing' | 'taken'>;
  /** Makes a record that no row tells of; answers whether it is there now and was not before. */
  create(table: Table, plan: (context: Context) => Plan): Promise<boolean>;
  /** Reads a row and takes it for a record that it is not linked with, in place of the row that is; for callers that hold the lane. */
  adopt(record: RecordState, system: System, key: Key): Promise<'committed' | 'missing'>;
  readonly governor: Governor;
}

export function openIntake(parts: Parts): Intake {
  const { ledger, lanes, reads, committer } = parts;
  const governor = openGovernor(parts);

  function readIn(system: System, entity: EntityName, key: Key): Promise<Read> {
    parts.tally.read();
    return system.read(entity, key);
  }

  async function commit({ plan, chores }: Governed, hearing?: Hearing): Promise<'committed' | 'moved' | 'taken'> {
    const beganMs = parts.traces?.nowMs() ?? 0;
    const answer = await committer.plan(plan);
    if (answer.kind !== 'committed') return answer.kind;
    parts.traces?.committed(plan, beganMs, hearing);
    parts.committed(plan);
    parts.chores(chores);
    return 'committed';
  }

  async function persist(id: RecordId, make: Make, byPerson = false, hearing?: Hearing): Promise<'committed' | 'nothing' | 'taken'> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const record = must(await ledger.record(id), 'a linked record exists');
      const table = must(parts.tables.get(record.entity), 'a record has a table map');
      const governed = await governor.govern(table, record, (context) => make(record, context), byPerson);
      if (!governed) return 'nothing';
      const answer = await commit(governed, hearing);
      if (answer !== 'moved') return answer;
    }
    throw new Error(`Record ${id} was changed ${TRIES_MAX} times while one change was made. Is another process writing to this ledger?`);
  }

  /** For rows of records that are known, whose lane is held: nothing older can come in between. */
  async function takeRow(origin: Origin, row: Row, linked: RecordId | undefined): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      if ((await attemptRow(origin, row, tries === 0 ? linked : undefined)) === 'done') return;
    }
    throw new Error(`Row ${row.key} of ${origin.system.id} could not be taken in ${TRIES_MAX} tries.`);
  }

  async function attemptRow(origin: Origin, row: Row, linked: RecordId | undefined): Promise<'done' | 'again'> {
    const { system, table } = origin;
    const isBack = isTakenBack(parts, origin);
    const id = linked ?? (await ledger.linked(system.id, table.map.entity, row.key));
    let record = id && (await ledger.record(id));
    const isRead = record !== undefined && !record.links[system.id]?.unread;
    if (!origin.comparing && !isBack && isRead && isKnown(record, { system: system.id, ...row })) return 'done';
    if (!isBack && (await parts.older.look(system, record, row))) throw new NotNow(system.id, 'it was put back');
    const hearing = parts.traces?.hearing(origin.heard, system.id);
    let mapped = await translated(ledger, system, table, row, record);
    record ??= await matched(origin, row, mapped);
    if (!id && record) mapped = await translated(ledger, system, table, row, record);
    if (!isBack && record && (await parts.older.suspect(system, record, mapped))) throw new NotNow(system.id, 'it was put back');
    if (!record && !(await admitted(origin, mapped))) return 'done';
    if (await stubbed(system, table, mapped)) return 'again';
    const missing = record ? [] : missingInKey(table, mapped);
    if (missing.length > 0 && origin.awaiting) {
      origin.awaiting.add(row.key, missing, parts.clock.nowMs());
      return 'done';
    }
    if (record && leftIn(record, system.id)?.key === row.key) return 'done';
    const other = record?.links[system.id];
    if (record && other?.state === 'present' && other.key !== row.key) return clash(origin, record, row);
    const known = record;
    const verdict = await judged(origin, known, row);
    if (verdict === 'wait') return 'done';
    const back = isBack ? await takingBack(parts, table, known, mapped) : undefined;
    const governed = await governor.govern(table, known, (context) => {
      if (back && known) return back(known, context);
      const plan = (origin.comparing ? compareRow : observe)(known, mapped, table, context);
      return known && plan && verdict === 'refuse' ? undo(known, plan, disbeliefOf(origin.guard), table, context) : plan;
    });
    if (!governed) return 'done';
    const answer = await commit(governed, hearing);
    if (answer === 'committed') {
      if (origin.comparing && !isBack) countIn(origin.comparing, governed.plan, { row, system, before: known });
      // Reads that overlap this one may have seen less, whichever began first.
      reads.touch(governed.plan.record.id + system.id);
      origin.awaiting?.drop(row.key);
    }
    return answer === 'committed' ? 'done' : 'again';
  }

  async function create(table: Table, plan: (context: Context) => Plan): Promise<boolean> {
    const governed = await governor.govern(table, undefined, plan);
    return governed !== undefined && (await commit(governed)) !== 'moved';
  }

  /** Makes records of which only the name is known, where the configuration wants them. Answers whether it made any. */
  async function stubbed(system: System, table: Table, { waitsFor }: MappedRow): Promise<boolean> {
    let made = false;
    for (const { register, entity, text } of waitsFor) {
      const rule = [...table.relations.references.values()].find(
        (candidate) => candidate.register === register && candidate.onMissing === 'stub',
      );
      const other = rule && parts.tables.get(rule.entity);
      const [field, ...more] = other?.map.key ?? [];
      const by = table.registers.get(register)?.map.fields.find(({ type }) => type.kind === 'reference' && type.entity === entity)?.sides[
        system.id
      ]?.by;
      // Only a name can be made a record of; a row's own key in one system means nothing to another.
      if (!other || field === undefined || more.length > 0 || by !== field || other.registers.get(field)?.type.kind !== 'text') continue;
      const identity = identityText([text]);
      const isNew = await create(other, (context) => stub({ register: field, value: text, identity }, system.id, other, context));
      made = isNew || made;
    }
    return made;
  }

  /** Whether a row that belongs to no record may become one. What cannot be judged stays outside, and somebody should see it. */
  async function admitted({ system, table, door, awaiting }: Origin, mapped: MappedRow): Promise<boolean> {
    const admission = admit(table, mapped);
    if (admission === 'in') door?.drop(mapped.key);
    if (admission === 'in') return true;
    const isNew = door?.keepOut(mapped.key) ?? true;
    awaiting?.drop(mapped.key);
    if (typeof admission === 'object' && isNew) {
      const words = `the filter could not judge it, so it is not mirrored: ${admission.fault}`;
      await committer.failure({
        atMs: parts.clock.nowMs(),
        system: system.id,
        entity: table.map.entity,
        key: mapped.key,
        code: 'FILTER',
        words,
      });
    }
    return false;
  }

  async function matched({ system, table }: Origin, row: Row, mapped: MappedRow): Promise<RecordState | undefined> {
    const id = await matchRow(ledger, system, table, row, mapped);
    return id && canonical(ledger, id);
  }

  /** Two rows of one system with one natural key: either the first one is gone by now, or somebody must choose. */
  async function clash(origin: Origin, record: RecordState, row: Row): Promise<'done' | 'again'> {
    const { system, table } = origin;
    const { issues = [], passedOver = [] } = record.relations ?? {};
    if (passedOver.some((place) => place.system === system.id && place.key === row.key)) return 'done';
    if (issues.some((issue) => issue.kind === 'rows' && issue.system === system.id && issue.keys[1] === row.key)) return 'done';
    const old = must(record.links[system.id]?.key, 'a present row has a key');
    const read = await readIn(system, table.map.entity, old);
    if (read.kind === 'missing') {
      await persist(record.id, (now, context) => observeGone(now, { system: system.id, key: old }, table, context));
      return 'again';
    }
    await persist(record.id, (now) => askWhichRow(now, system.id, old, row.key));
    return 'done';
  }

  function askWhichRow(record: RecordState, system: SystemId, linked: Key, other: Key): Plan {
    const { map } = must(parts.tables.get(record.entity), 'a record has a table map');
    const words = `has the same natural key as ${linked}: only one of them is mirrored`;
    const atMs = parts.clock.nowMs();
    const failures = [{ atMs, system, entity: record.entity, record: record.id, key: other, code: 'C07', words }];
    const question = { kind: 'rows' as const, system, keys: [linked, other] as const };
    const reason = `${linked} and ${other} of ${system} have the same key; the first is mirrored`;
    return ask(
      relate(record, record.relations ?? {}, { failures }),
      { question, fields: map.key, code: 'C07', rule: 'one row', reason },
      atMs,
    );
  }

  /** Whether a row that changed may be taken. */
  async function judged({ guard, system }: Origin, record: RecordState | undefined, row: Row): Promise<Verdict> {
    const link = record?.links[system.id];
    return guard && link?.state === 'present' && link.version !== row.version ? guard.judge('updates', row.key) : 'take';
  }

  async function takeGone(origin: Origin, key: Key, id: RecordId): Promise<void> {
    const { system, table, guard } = origin;
    const back = isTakenBack(parts, origin) ? await takingBackGone(parts, table, { system: system.id, key }, id) : undefined;
    if (back) return (void (await persist(id, back)), reads.touch(id + system.id));
    const isThere = (await ledger.record(id))?.links[system.id]?.state === 'present';
    const verdict = guard && isThere ? await guard.judge('deletes', key) : 'take';
    if (verdict === 'wait') return;
    const make: Make = (record, context) => {
      const plan = observeGone(record, { system: system.id, key }, table, context);
      return plan && verdict === 'refuse' ? undo(record, plan, disbeliefOf(origin.guard), table, context) : plan;
    };
    await persist(id, make, false, parts.traces?.hearing(origin.heard, system.id));
    reads.touch(id + system.id);
  }

  /** Reads the row itself, when the sighting does not tell it or may be older than what is known. */
  async function takeRead(origin: Origin, key: Key, id: RecordId | undefined): Promise<void> {
    await readThen(
      origin,
      key,
      (at, row) => takeRow(at, row, id),
      async () => id && takeGone(origin, key, id),
    );
  }

  /** Reads a row, and has what the answer tells taken; until that is done, the read counts as under way. */
  async function readThen<Taken>(
    origin: Origin,
    key: Key,
    onRow: (at: Origin, row: Row) => Promise<Taken>,
    onMissing: () => Promise<Taken>,
  ): Promise<Taken> {
    const began = reads.begin();
    try {
      const read = await readIn(origin.system, origin.table.map.entity, key);
      if (read.kind === 'row') return await onRow({ ...origin, began }, read.row);
      if (read.kind === 'missing') return await onMissing();
      throw new NotNow(origin.system.id, read.kind);
    } finally {
      reads.end(began);
    }
  }

  async function takeSighting(origin: Origin, sighting: Sighting, id: RecordId | undefined): Promise<void> {
    const key = sighting.kind === 'row' ? sighting.row.key : sighting.key;
    const link = id && (await ledger.record(id))?.links[origin.system.id];
    const version = sighting.kind === 'row' ? sighting.row.version : sighting.kind === 'glimpse' ? sighting.version : undefined;
    const isBack = isTakenBack(parts, origin);
    const isSame = link !== undefined && version !== undefined && link.version === version && !origin.comparing && !isBack;
    // What it refers to, where that led nowhere, is looked at when it comes.
    if (isSame && link.state === 'present') return;
    const ordered = version !== undefined && link?.version !== undefined && origin.system.compareVersions;
    const isOlder = ordered && link.state === 'present' && ordered(version, link.version) < 0;
    const overlaps = id !== undefined && reads.isStale(id + origin.system.id, origin.began);
    // What overlaps a write may be from before it. Anything else is older because the system was put back, which a read of its own tells.
    if (isOlder && overlaps && !origin.comparing && !isBack) return;
    const isDoubtful = isBack ? overlaps : isOlder || (overlaps && !ordered);
    if (isDoubtful || sighting.kind === 'glimpse') return takeRead(origin, key, id);
    if (sighting.kind === 'row') return takeRow(origin, sighting.row, id);
    if (id) await takeGone(origin, key, id);
  }

  /** Which lane a row belongs into: that of its record, also of one that it is not linked with yet. */
  async function laneOf({ system, table }: Origin, row: Row): Promise<string> {
    const mapped = await translated(ledger, system, table, row);
    return (await matchRow(ledger, system, table, row, mapped)) ?? `${system.id} ${table.map.entity} ${row.key}`;
  }

  async function take(origin: Origin, sighting: Sighting): Promise<void> {
    const key = sighting.kind === 'row' ? sighting.row.key : sighting.key;
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const id = await ledger.linked(origin.system.id, origin.table.map.entity, key);
      if (id === undefined && sighting.kind === 'glimpse') return takeUnknown(origin, key);
      if (id === undefined && sighting.kind === 'gone') return forget(origin, key);
      const taken = id === undefined ? takeUnlinked(origin, sighting) : takeLinked(origin, sighting, id);
      if ((await taken) === 'done') return;
    }
    throw new Error(`Row ${key} of ${origin.system.id} could not be taken in ${TRIES_MAX} tries.`);
  }

  /** Where the record was folded into another meanwhile, the row belongs there: into that lane, and never into both at once. */
  function takeLinked(origin: Origin, sighting: Sighting, id: RecordId): Promise<'done' | 'again'> {
    return lanes.run(id, async () => {
      if ((await ledger.record(id))?.relations?.mergedInto !== undefined) return 'again';
      await takeSighting(origin, sighting, id);
      return 'done';
    });
  }

  /** A row that another read was quicker to link meanwhile belongs into the lane of its record, and may be the older one of the two. */
  async function takeUnlinked(origin: Origin, sighting: Sighting): Promise<'done' | 'again'> {
    if (sighting.kind !== 'row') return 'again';
    const { row } = sighting;
    return lanes.run(await laneOf(origin, row), async () => {
      if ((await ledger.linked(origin.system.id, origin.table.map.entity, row.key)) !== undefined) return 'again';
      // Its end may have been told while it waited for its turn, when nobody knew it.
      const isOld = reads.isStale(placeOf(origin, row.key), origin.began);
      if (isOld || (await isTwin(ledger, origin.system, origin.table, row))) return takeTwin(origin, row);
      return attemptRow(origin, row, undefined);
    });
  }

  /** A slow page may tell of a row of ours that was lost and is gone by now, and that another one stands for: whether it is there, a read tells. */
  function takeTwin(origin: Origin, { key }: Row): Promise<'done' | 'again'> {
    return readThen<'done' | 'again'>(
      origin,
      key,
      (at, row) => attemptRow(at, row, undefined),
      async () => {
        forget(origin, key);
        return 'done';
      },
    );
  }

  function forget(origin: Origin, key: Key): void {
    const { awaiting, door, system, table } = origin;
    reads.touch(placeOf(origin, key));
    awaiting?.drop(key);
    door?.drop(key);
    parts.births.gone(system.id, table.map.entity, key);
  }

  /** A row that nobody knows: it is read first, and then belongs where it says. */
  async function takeUnknown(origin: Origin, key: Key): Promise<void> {
    await readThen(
      origin,
      key,
      (at, row) => take(at, { kind: 'row', row }),
      async () => forget(origin, key),
    );
  }

  async function adopt(record: RecordState, system: System, key: Key): Promise<'committed' | 'missing'> {
    const table = must(parts.tables.get(record.entity), 'a record has a table map');
    const read = await readIn(system, record.entity, key);
    if (read.kind === 'missing') return 'missing';
    if (read.kind !== 'row') throw new NotNow(system.id, read.kind);
    const mapped = await translated(ledger, system, table, read.row, record);
    await persist(record.id, (now, context) => observe(now, mapped, table, context));
    return 'committed';
  }

  return {
    governor,
    adopt,
    persist,
    create,
    take,
    async reread(record, system, comparing) {
      const table = must(parts.tables.get(record.entity), 'a record has a table map');
      const key = record.links[system.id]?.key;
      if (key !== undefined) await takeRead({ system, table, began: 0, comparing }, key, record.id);
    },
  };
}

/** A row, as reads of it are known by before it belongs to a record. */
function placeOf({ system, table }: Origin, key: Key): string {
  return `${system.id} ${table.map.entity} ${key}`;
}
