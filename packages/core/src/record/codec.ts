import type { RecordState } from './record.ts';

/** A record as JSON. Registers at rest, nearly all of them, are short already. */
export function encodeRecord(state: RecordState): string {
  return JSON.stringify(state);
}

/** Throws a plain Error when the text is not a record that `encodeRecord` wrote. */
export function decodeRecord(text: string): RecordState {
  const parsed: unknown = JSON.parse(text);
  if (!isRecord(parsed)) throw new Error('The text is not a record.');
  return parsed;
}

/**
 * What became of a record from one state to a later one, as JSON: registers and links are never changed in place, only replaced, so those
 * that both states share are left out. `applyStep(before, encodeStep(before, after))` equals `after`.
 */
export function encodeStep(before: RecordState, after: RecordState): string {
  const { id, entity, revision, seq, heads, maxOp, identity } = after;
  const [registers, links] = [replaced(before.registers, after.registers), replaced(before.links, after.links)];
  // A write that was settled adds nothing to the document.
  if (seq === before.seq && identity === before.identity) return JSON.stringify({ id, revision, registers, links });
  return JSON.stringify({ id, revision, registers, links, entity, identity, seq, heads, maxOp, actors: replaced(before.actors, after.actors) });
}

/** Throws a plain Error when the text is not a step that `encodeStep` wrote for this very state or one with the same revision. */
export function applyStep(before: RecordState, text: string): RecordState {
  const step = readStep(text);
  if (step.id !== before.id || step.revision <= before.revision) throw new Error('The step does not belong to this record.');
  return {
    ...before,
    ...step,
    actors: { ...before.actors, ...step.actors },
    registers: { ...before.registers, ...step.registers },
    links: { ...before.links, ...step.links },
  };
}

type Step = Pick<RecordState, 'id' | 'revision' | 'registers' | 'links'> & Partial<RecordState>;

/** The revision that a step leads to. Throws a plain Error when the text is not a step. */
export function revisionAfter(text: string): number {
  return readStep(text).revision;
}

function readStep(text: string): Step {
  const parsed: unknown = JSON.parse(text);
  if (!isStep(parsed)) throw new Error('The text is not a step of a record.');
  return parsed;
}

function isStep(value: unknown): value is Step {
  if (!isObject(value) || !('id' in value && 'revision' in value && 'registers' in value && 'links' in value)) return false;
  return typeof value.id === 'string' && Number.isInteger(value.revision) && isObject(value.registers) && isObject(value.links);
}

function replaced<Item>(before: Readonly<Record<string, Item>>, after: Readonly<Record<string, Item>>): Readonly<Record<string, Item>> {
  const changed: Record<string, Item> = {};
  for (const name in after) {
    const item = after[name];
    if (item !== undefined && item !== before[name]) changed[name] = item;
  }
  return changed;
}

// A whole check would cost more than the parse. These members tell a record from anything else that could stand in its place.
function isRecord(value: unknown): value is RecordState {
  if (!isObject(value)) return false;
  if (!('id' in value && 'entity' in value && 'revision' in value && 'seq' in value)) return false;
  if (!('registers' in value && 'links' in value && 'heads' in value && 'actors' in value)) return false;
  return typeof value.id === 'string' && Number.isInteger(value.revision) && isObject(value.registers) && isObject(value.links);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
