import { canonicalSet, members } from '../policy/set.ts';
import { generate, seeded, type Seeded } from '../policy/generate.ts';
import type { SystemId } from '../ids.ts';
import type { Dialect } from '../ports/system.ts';
import type { Json, Scalar } from '../values.ts';
import type { Table } from './compile.ts';
import { columnType, ownScalar } from './symbols.ts';
import type { FieldMap, Side } from './table.ts';
import type { FieldType } from './type.ts';
import type { Transform, Transformed } from './transform.ts';

/** So many values are sent there and back. */
const VALUES = 100;
const SEED = 20_240_501;

/** A transform that does not lead back to where it began, with a value by which it can be seen. */
export interface LensFault {
  readonly field: string;
  readonly system: SystemId;
  readonly words: string;
}

/**
 * Sends generated values of every transformed field to the system's JSON and back: what is written must be read as what it was, or the
 * echo of our own write would look like somebody's edit. Fields that are declared lossy are left alone.
 */
export async function checkLenses(
  table: Table,
  system: { readonly id: SystemId; readonly dialect: Dialect },
): Promise<readonly LensFault[]> {
  const faults: LensFault[] = [];
  for (const field of table.map.registers.flatMap((register) => register.fields)) {
    const [side, from, to] = [
      field.sides[system.id],
      table.rules.from[system.id]?.get(field.name),
      table.rules.to[system.id]?.get(field.name),
    ];
    if (!side || !from || !to || side.lossy === true) continue;
    const words = await firstFault(field, side, { from, to }, system.dialect);
    if (words !== undefined) faults.push({ field: field.name, system: system.id, words });
  }
  return faults;
}

interface Lens {
  readonly from: Transform;
  readonly to: Transform;
}

async function firstFault(field: FieldMap, side: Side, lens: Lens, dialect: Dialect): Promise<string | undefined> {
  const chance = seeded(SEED);
  for (let count = 0; count < VALUES; count += 1) {
    const value = ownValue(field, side, chance);
    const json = dialect.encode(columnType(field, side), value);
    // What the system cannot hold in any case is no matter of the transform.
    if (json === undefined || json === null || json === '' || dialect.decode(columnType(field, side), json) !== value) continue;
    const words = await tryOut(columnType(field, side), lens, { value, json }, dialect);
    if (words !== undefined) return words;
  }
  return undefined;
}

/** A value as the dialect takes it: in the system's own symbols, where it has a value map. */
function ownValue({ type }: FieldMap, side: Side, chance: Seeded): Scalar {
  const { values } = side;
  const canonical = generate(type, values === undefined ? {} : { symbols: Object.keys(values) }, chance);
  if (!values) return canonical;
  if (type.kind === 'choices') return canonicalSet([...(members(canonical) ?? [])].flatMap((symbol) => values[symbol] ?? []));
  const own = values[String(canonical)];
  return own === undefined ? canonical : ownScalar(side, own);
}

async function tryOut(
  type: FieldType,
  { from, to }: Lens,
  { value, json }: { readonly value: Scalar; readonly json: Json },
  dialect: Dialect,
): Promise<string | undefined> {
  const there = await to.run(json, {});
  if ('fault' in there) return `"to" cannot write ${told(json)}: ${there.fault}`;
  const back: Transformed = isEmpty(there.json) ? there : await from.run(there.json, {});
  if ('fault' in back) return `"to" makes ${told(there.json)} of ${told(json)}, which "from" cannot read: ${back.fault}`;
  if (dialect.decode(type, back.json) === value) return undefined;
  return `"to" makes ${told(there.json)} of ${told(json)}, and "from" makes ${told(back.json)} of that`;
}

function isEmpty(json: Json): boolean {
  return json === null || json === '';
}

function told(json: Json): string {
  return JSON.stringify(json);
}
