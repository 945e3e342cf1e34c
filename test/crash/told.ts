import { entityName, recordsOf, systemId, type Ledger, type PageOf, type RecordState } from '@concord/core';

const PAGE = { limit: 500 };
const ENTITY = entityName('guest');
const SYSTEMS = ['a', 'b'].map(systemId);

/** Everything that a ledger can be asked of, as a text: of two ledgers the same if they tell the same. */
export async function tellAll(ledger: Ledger, notes: readonly string[]): Promise<string> {
  const items = async <Item>(page: Promise<PageOf<Item>>): Promise<readonly Item[]> => (await page).items;
  const records: RecordState[] = [];
  for await (const record of recordsOf(ledger, undefined)) records.push(record);
  return textOf({
    records,
    changes: await Promise.all(records.map(({ id }) => items(ledger.changes(id, PAGE)))),
    identified: await Promise.all(records.flatMap(({ identity }) => (identity === undefined ? [] : ledger.identified(ENTITY, identity)))),
    links: await Promise.all(SYSTEMS.map((system) => items(ledger.links(system, ENTITY, PAGE)))),
    cursors: await Promise.all(SYSTEMS.map((system) => ledger.cursor(system, ENTITY))),
    deliveries: await Promise.all((['due', 'parked', 'waiting'] as const).map((state) => items(ledger.deliveries({ ...PAGE, state })))),
    conflicts: await items(ledger.conflicts(PAGE)),
    failures: await items(ledger.failures(PAGE)),
    acts: await items(ledger.acts(PAGE)),
    marks: await items(ledger.marks(ENTITY, { ...PAGE, prefix: '', atLeast: 1 })),
    notes: await Promise.all(notes.map((name) => ledger.note(name))),
    counts: await ledger.counts(),
  });
}

/** As JSON with names in their order, and bytes as hex. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (part instanceof Uint8Array) return Buffer.from(part).toString('hex');
    if (part instanceof Map) return [...part];
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}
