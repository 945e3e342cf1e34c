import type { Refused } from '../map/table.ts';
import type { PolicyWords } from '../policy/spec.ts';
import type { Path } from './fault.ts';
import type { FieldRead } from './field.ts';
import { checkName } from './names.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';
import { groupShape } from './shapes.ts';

/** A group, read. */
export interface GroupRead {
  readonly name: string;
  readonly fields: readonly string[];
  /** The systems that have all its fields. */
  readonly systems: readonly string[];
  /** As written; checked once all fields were read. */
  readonly policy?: PolicyWords;
  readonly refused?: Refused;
}

/** What the group is read against. */
export interface GroupSurroundings {
  /** The fields that could be read, by name. */
  readonly fields: ReadonlyMap<string, FieldRead>;
  /** All names of fields, also of those that were complained of. */
  readonly names: readonly string[];
  /** Which group has a field already; filled as groups are read. */
  readonly owners: Map<string, string>;
}

/** `undefined` after a complaint that leaves nothing to work with. */
export function readGroup(reading: Reading, raw: unknown, path: Path, around: GroupSurroundings): GroupRead | undefined {
  const name = String(path.at(-1));
  reading.complain(checkName('group', path));
  if (around.names.includes(name)) reading.wrong(path, `A field is called "${name}" too.`, 'Give the group another name.', 'key');
  const words = reading.read(groupShape, raw, path);
  if (!words) return undefined;
  for (const [index, member] of words.fields.entries()) checkMember(reading, member, name, [...path, 'fields', index], around);
  const members = words.fields.flatMap((member) => around.fields.get(member) ?? []);
  const systems = sameSystems(reading, members, [...path, 'fields']);
  return {
    name,
    fields: words.fields,
    systems,
    ...(words.policy === undefined ? {} : { policy: words.policy }),
    ...(words.refused === undefined ? {} : { refused: words.refused }),
  };
}

function checkMember(reading: Reading, member: string, group: string, path: Path, { fields, names, owners }: GroupSurroundings): void {
  if (!names.includes(member)) return reading.wrong(path, `There is no field "${member}".`, suggest(member, names));
  const owner = owners.get(member);
  if (owner !== undefined) {
    const where = owner === group ? 'this group twice' : `the group "${owner}" too`;
    return reading.wrong(path, `The field "${member}" is in ${where}.`, 'Keep it in one place.');
  }
  owners.set(member, group);
  const field = fields.get(member);
  for (const key of ['policy', 'refused'] as const) {
    if (field?.[key] !== undefined)
      reading.wrong([...field.path, key], `The field is decided by the group "${group}".`, `Leave its own ${key} out.`, 'key');
  }
}

/** A group is told whole or not at all, so its members must be in the same systems. Answers these. */
function sameSystems(reading: Reading, members: readonly FieldRead[], path: Path): readonly string[] {
  const [first, ...rest] = members;
  if (!first) return [];
  const systems = Object.keys(first.sides);
  for (const member of rest) {
    if (Object.keys(member.sides).join() === systems.join()) continue;
    const found = Object.keys(member.sides).join(' and ');
    reading.wrong(
      path,
      `"${member.name}" is in ${found}, "${first.name}" is in ${systems.join(' and ')}.`,
      'Group fields of the same systems.',
    );
  }
  return systems;
}
