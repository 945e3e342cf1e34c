import { memoryLedger } from '@concord/adapters';
import {
  changesOf,
  compactedOf,
  compactionsIn,
  momentsOf,
  must,
  openFieldPlayer,
  prove,
  registersIn,
  verifyRecord,
  versionsAt,
  type ChangeRow,
  type Ledger,
  type Link,
  type RecordState,
  type Table,
  type Value,
  type VersionTold,
} from '@concord/core';
import { decodeChange, free, getConflicts, load } from '@automerge/automerge';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { histories, play, type Step } from '../kit/histories.ts';
import { MIXED, mixedValues } from '../kit/mixed.ts';
import { RULED, RULED_VALUES, RULES } from '../kit/ruled.ts';
import { LONG_MS, runs } from '../kit/runs.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { calm, edit, ruleHeld, worldOf, type World } from '../kit/world.ts';

const SYSTEMS = [FNO, CE, POS];
const mixed = mixedValues(fc.constantFrom<Value>('red', 'blue', 'red blue', 'green', null, 'ü😀'), 2_000_000_000);
const kinds = [
  ['single fields', tableOf(MIXED, { systems: SYSTEMS }), mixed],
  ['rules over whole records', tableOf(RULED, { systems: SYSTEMS, ...RULES }), RULED_VALUES],
] as const;

const ALL_MS = Number.POSITIVE_INFINITY;

/** Which of the changes of a history are old, from none to all. */
const shares = fc.integer({ min: 0, max: 10 });

function timeAt({ changes }: World, share: number): number {
  const times = changes.map(({ stamp }) => stamp.ms).toSorted((a, b) => a - b);
  return times[Math.floor((share * times.length) / 10)] ?? ALL_MS;
}

/** Some times of a record, each ended by its coming to rest, but for the last; what is held then is ruled on, or is not. */
function lives(one: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<Life> {
  return fc.record({ times: fc.array(one, { minLength: 1, maxLength: 3 }), rules: fc.boolean(), rests: fc.boolean() });
}

interface Life {
  readonly times: readonly (readonly Step[])[];
  readonly rules: boolean;
  readonly rests: boolean;
}

function live(world: World, { times, rules, rests }: Life): void {
  for (const [index, steps] of times.entries()) {
    play(world, steps);
    if (index === times.length - 1 && !rests) return;
    calm(world);
    if (rules) for (let ruling = 0; ruling < RULINGS_MAX; ruling += 1) ruleHeld(world, ([first]) => first ?? null);
    calm(world);
  }
}

const RULINGS_MAX = 10;

/** Answers how many changes fewer there are. */
async function compact(world: World, beforeMs: number): Promise<number> {
  const compacted = await compactedOf(world.table, must(world.record, 'there is one'), world.changes, { beforeMs });
  if (!compacted) return 0;
  const before = world.changes.length;
  world.record = { ...compacted.record, revision: compacted.record.revision - 1 };
  world.changes.splice(0, before, ...compacted.changes);
  return before - world.changes.length;
}

/** Everything that a world has come to; operations by the values that they set, because they are called otherwise. */
function outcome({ record, changes, rows, writes, plans }: World, since: number) {
  const { registers, links, seq, maxOp, identity, relations } = sayable(must(record, 'there is one'), changes);
  const steps = plans.slice(since).map(({ deliveries, conflicts, failures, changes: made }) => ({
    deliveries,
    conflicts,
    failures,
    made: made.map(({ seq: number, patch, edits, resolutions, again }) => ({ number, patch, edits, resolutions, again })),
  }));
  return { registers, links, seq, maxOp, identity, relations, rows, writes, steps };
}

/** A row in which each operation is told by its key and value, and each head by the number of its change. */
function sayable(record: RecordState, changes: readonly ChangeRow[]) {
  const { actors: _actors, heads: _heads, ...rest } = record;
  const names = new Map(changes.map(({ hash, seq }) => [String(hash), seq] as const));
  const links = Object.fromEntries(
    Object.entries(record.links).map(([system, { heads: _of, planned, unconfirmed, parked, withheld, discarded, ...link }]) => [
      system,
      {
        ...link,
        withheld: Object.keys(withheld ?? {}),
        discarded: discarded?.kind,
        attempts: [planned, ...(unconfirmed ?? []), parked].map((one) => one && valuesIn(one)),
      },
    ]),
  );
  const registers = Object.entries(registersIn(record)).map(([name, register]) => ({
    name,
    ...register,
    ops: register.ops.length,
    stable: register.stable && withoutOp(register.stable),
    log: register.log.map(withoutOp),
    shadows: Object.entries(register.shadows).map(([system, { ops, ...shadow }]) => {
      return { system, ...shadow, reflects: register.ops.map((op) => ops.includes(op)) };
    }),
  }));
  return { ...rest, known: names.size > 0, links, registers };
}

function withoutOp<Told extends { readonly op: unknown }>({ op: _op, ...told }: Told) {
  return told;
}

function valuesIn({ id, kind, expected, seq, registers }: NonNullable<RecordState['links'][string]['planned']>) {
  return { id, kind, expected, seq, registers: Object.entries(registers).map(([name, { value, saw }]) => ({ name, value, saw })) };
}

/** By the number of a change, and by system, the numbers of all changes that its author had seen. `removed`: those that the first one stands for. */
function knownIn({ record, changes }: World): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map(changes.map(({ hash, seq }) => [String(hash), seq] as const));
  const past = new Map<number, ReadonlySet<number>>();
  const behind = (heads: readonly string[]): ReadonlySet<number> =>
    new Set(heads.flatMap((head) => [...(past.get(must(numbers.get(head), 'it is in the document')) ?? [])]));
  for (const { seq, chunk, epoch } of changes) {
    const own = epoch ? Array.from({ length: epoch.changes }, (_, index) => index + 1) : [seq];
    past.set(seq, new Set([...behind(decodeChange(chunk).deps), ...own]));
  }
  const { links } = must(record, 'there is one');
  const attempts = (link: Link) => [link.planned, link.parked, ...(link.unconfirmed ?? [])].map((one) => one?.heads ?? []);
  const systems = Object.entries(links).map(
    ([name, link]) => [name, [link.heads, ...attempts(link)].flatMap((heads) => sorted(behind(heads)))] as const,
  );
  return new Map([...systems, ...[...past].map(([seq, all]) => [String(seq), sorted(all)] as const)]);
}

function sorted(numbers: ReadonlySet<number>): readonly number[] {
  return [...numbers].toSorted((a, b) => a - b);
}

/** What Automerge makes of a document: of each key the value that shows, and all that are live, in their order. */
function shown({ changes }: World) {
  const document = load<Record<string, unknown>>(Buffer.concat(changes.map(({ chunk }) => chunk)));
  try {
    return Object.keys(document)
      .toSorted()
      .map((key) => [key, document[key], Object.values(getConflicts(document, key) ?? {})]);
  } finally {
    free(document);
  }
}

async function versionsOf({ changes }: World, seqs: readonly number[]): Promise<readonly Omit<VersionTold, 'hash'>[]> {
  const found = await versionsAt(
    inOrder(changes),
    seqs.map((seq) => ({ seq })),
  );
  return found.map((one) => {
    const { hash: _hash, ...told } = must(one, 'it is among those that are left');
    return told;
  });
}

async function* inOrder(changes: readonly ChangeRow[]): AsyncGenerator<ChangeRow> {
  yield* changes;
}

async function ledgerOf(world: World): Promise<Ledger> {
  const ledger = memoryLedger();
  for (const plan of world.plans) await ledger.commit({ plans: [plan], cursors: [], failures: [], acts: [] });
  return ledger;
}

const playable = (table: Table) => {
  const world = worldOf(table);
  edit(world, FNO, { account: 'a' });
  return world;
};

describe.each(kinds)('%s', (_title, table, values) => {
  const tables = new Map([[table.map.entity, table]]);

  test('a compaction at any moment changes nothing that comes after, and the document is whole', { timeout: 4 * LONG_MS }, async () => {
    let removed = 0;
    await fc.assert(
      fc.asyncProperty(lives(histories(SYSTEMS, values)), histories(SYSTEMS, values), shares, async (first, second, share) => {
        const [plain, short] = [playable(table), playable(table)];
        for (const world of [plain, short]) live(world, first);
        if (!plain.record) return;
        const beforeMs = timeAt(plain, share);
        removed += await compact(short, beforeMs);
        expect(verifyRecord(table, must(short.record, 'there is one'), short.changes)).toEqual([]);
        expect(shown(short), 'the same values show, beside the same rivals').toEqual(shown(plain));
        const known = knownIn(plain);
        const epoch = short.changes.find((change) => change.epoch);
        // An epoch stands for all of its changes, also for those that its last one had not seen.
        for (const [who, numbers] of knownIn(short))
          if (who !== String(epoch?.seq)) expect([who, numbers], 'nobody knows more or less').toEqual([who, known.get(who)]);
        const seqs = short.changes.map(({ seq }) => seq);
        expect(await versionsOf(short, seqs), 'its versions are as they were').toEqual(await versionsOf(plain, seqs));
        const since = plain.plans.length;
        for (const world of [plain, short]) {
          play(world, second);
          calm(world);
        }
        expect(outcome(short, since)).toEqual(outcome(plain, since));
        expect(shown(short)).toEqual(shown(plain));
        expect(verifyRecord(table, must(short.record, 'there is one'), short.changes)).toEqual([]);
        expect(await compact(short, ALL_MS), 'another epoch begins as well').toBeGreaterThanOrEqual(0);
        expect(verifyRecord(table, must(short.record, 'there is one'), short.changes)).toEqual([]);
        expect(shown(short)).toEqual(shown(plain));
      }),
      { numRuns: runs(25) },
    );
    expect(removed, 'much goes').toBeGreaterThan(10);
  });

  test('what is compacted is proved as it was, and compacted again it stays as it is', { timeout: 4 * LONG_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(lives(histories(SYSTEMS, values)), shares, async (life, share) => {
        const world = playable(table);
        live(world, life);
        if (!world.record) return;
        const ledger = await ledgerOf(world);
        const { id } = world.record;
        const before = await prove(ledger, table, must(await ledger.record(id), 'it is there'));
        const beforeMs = timeAt(world, share);
        const run = async () => {
          for await (const told of compactionsIn({ ledger, tables }, { beforeMs })) return told.kind;
          return 'nothing';
        };
        const kind = await run();
        expect(kind).not.toBe('wrong');
        const once = await keptOf(ledger, id);
        const after = await prove(ledger, table, must(await ledger.record(id), 'it is there'));
        expect(after.differences).toEqual(before.differences);
        expect(await playedIn(table, ledger, id), 'a replay comes to the same, whatever may follow').toEqual(
          await played(table, inOrder(world.changes)),
        );
        expect(await run()).not.toBe('compacted');
        expect(await keptOf(ledger, id)).toEqual(once);
      }),
      { numRuns: runs(60) },
    );
  });
});

const playedIn = (table: Table, ledger: Ledger, id: RecordState['id']) => played(table, changesOf(ledger, id));

/** All that a replay goes on from, but for the names of operations and for what nobody can stand on any more. */
async function played(table: Table, changes: AsyncIterable<ChangeRow>) {
  const player = openFieldPlayer(table);
  for await (const moment of momentsOf(changes)) player.take(moment);
  const { registers, life } = player.opening();
  return [...Object.entries(registers), ...(life ? [['$life', life] as const] : [])].map(([name, { ops, stable, log, ...told }]) => ({
    name,
    ...told,
    ops: ops.length,
    stable: stable && withoutOp(stable),
    log: log.map(withoutOp),
  }));
}

async function keptOf(ledger: Ledger, id: RecordState['id']): Promise<readonly unknown[]> {
  const changes: unknown[] = [];
  for await (const change of changesOf(ledger, id)) changes.push(change);
  return [await ledger.record(id), ...changes];
}
