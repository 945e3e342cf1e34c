import { deliveryTail } from '../ids.ts';
import { sameValue, type Scalar, type Value } from '../values.ts';
import type { Edit, Stable } from '../register/register.ts';
import type { Attempt, Link, RecordState, Register } from './record.ts';
import { loneText, shadowBeneath } from './lone.ts';
import { placeOf, placesText, type Names } from './names.ts';
import { isResting, remembers, type Resting, type Stored } from './resting.ts';

/*
 * How registers and links are written down: as flat lists. As nested objects they take a third more room. Lists within the list stand
 * behind their length; what may be missing behind a 0 or a 1. The text is put together here, because this happens for every edit, and
 * making lists first to have them turned into text takes three times as long.
 */

/** A flat list. Told from the short form of a register at rest by its third item, which is no text. */
export type Packed = readonly Item[];
export type Item = Scalar | readonly Scalar[] | Readonly<Record<string, unknown>>;

function restingText(resting: Resting): string {
  const [value, count, ops, standing, author, ms, tick] = resting;
  const head = `[${valueText(value)},${count},"${ops}",${standing},"${author}",${ms},${tick}`;
  return resting.length === RESTING_ITEMS_MIN ? `${head}]` : `${head},${JSON.stringify(resting.slice(RESTING_ITEMS_MIN)).slice(1)}`;
}

const RESTING_ITEMS_MIN = 7;

/** The JSON of a register, in the shortest form that tells all of it. */
export function storedText(stored: Stored, names: Names): string {
  if (isResting(stored)) return restingText(stored);
  const beneath = shadowBeneath(stored);
  return beneath ? loneText(stored, beneath, names, valueText) : registerText(stored, names);
}

function registerText(register: Register, names: Names): string {
  const { value, count, ops, stable, log, shadows, verdict, trail, renumbered, held, isBlank } = register;
  let text = `[${valueText(value)},${count},null,${ops.length}${placesText(names, ops)},${log.length}`;
  for (const edit of log) text += `,${editText(edit, names)}`;
  text += stable ? `,1,${stableText(stable, names)}` : ',0';
  let known = 0;
  let told = '';
  for (const name in shadows) {
    const shadow = shadows[name];
    if (!shadow) continue;
    known += 1;
    told += `,"${name}",${valueText(shadow.value)},${opsText(shadow.saw, shadow.ops, names)}${maybeText(shadow.sent)}`;
  }
  const memory = remembers(register) ? JSON.stringify({ kept: stable?.kept, trail, renumbered, isBlank }) : '0';
  return `${text},${known}${told},${verdict ? JSON.stringify(verdict) : '0'},${held ? JSON.stringify(held) : '0'},${memory}]`;
}

// Names of systems and ids of deliveries are ours, and need no escapes.
function editText({ value, before, saw, or, adrift, kept, ...edit }: Edit, names: Names): string {
  const rare = or || adrift !== undefined ? JSON.stringify({ or, adrift, kept }) : '0';
  return `${valueText(value)},${saw},${standingText(edit, names)}${maybeText(before)},${rare}`;
}

function stableText({ value, ...stable }: Stable, names: Names): string {
  return `${valueText(value)},${standingText(stable, names)}`;
}

function standingText({ op, author, number, stamp, by }: Pick<Edit, 'op' | 'author' | 'number' | 'stamp' | 'by'>, names: Names): string {
  const other = stamp.system === author ? '0' : `"${stamp.system}"`;
  return `${placeOf(names, op)},"${author}",${number},${stamp.ms},${stamp.count},${other}${maybeText(by)}`;
}

function opsText(before: number, ops: readonly string[], names: Names): string {
  return `${before},${ops.length}${placesText(names, ops)}`;
}

function maybeText(value: Value | undefined): string {
  return value === undefined ? ',0' : `,1,${valueText(value)}`;
}

/** What an attempt may say in short: whose it is, and how its registers stand. */
type Around = Pick<RecordState, 'id' | 'registers'>;

/** The JSON of a link. */
export function linkText(link: Link, names: Names, around: Around): string {
  const { key, version: at, state, heads, ownSeq, planned, unconfirmed, parked } = link;
  const seen = `"${state}",${ownSeq},${heads.length}${placesText(names, heads)}${maybeText(key)}${maybeText(at)}`;
  const [now, set] = [attemptsText(planned, names, around), attemptsText(parked, names, around)];
  let open = `${unconfirmed?.length ?? 0}`;
  for (const one of unconfirmed ?? []) open += attemptText(one, names, around);
  return `[${seen},${now},${open},${set},${rareText(link)}]`;
}

/** What hardly any link has. */
function rareText({ unread, blocked, withheld, discarded, isMade }: Link): string {
  const isRare = unread || blocked || withheld || discarded || isMade;
  return isRare ? JSON.stringify({ unread, blocked, withheld, discarded, isMade }) : '0';
}

function attemptsText(attempt: Attempt | undefined, names: Names, around: Around): string {
  return attempt ? `1${attemptText(attempt, names, around)}` : '0';
}

function attemptText({ id, kind, expected, registers, heads, seq }: Attempt, names: Names, around: Around): string {
  let known = 0;
  let told = '';
  for (const name in registers) {
    const carried = registers[name];
    if (!carried) continue;
    known += 1;
    told += `,"${name}",${carriedText(carried, around.registers[name], names)}`;
  }
  return `,"${deliveryTail(id, around.id)}","${kind}",${seq},${heads.length}${placesText(names, heads)},${known}${told}${maybeText(expected)}`;
}

/** Mostly what stands in the register is what is on its way: then that is all that is said. */
function carriedText({ value, saw, ops }: Attempt['registers'][string], stored: Stored | undefined, names: Names): string {
  if (stored !== undefined && !isResting(stored) && stored.ops === ops && stored.count === saw && sameValue(stored.value, value))
    return '0';
  return `1,${valueText(value)},${opsText(saw, ops, names)}`;
}

/** The JSON of a value. */
export function valueText(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value);
}

/** Nearly all texts are short and have nothing to escape. */
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

const PLAIN = /^[ !#-[\]-~]{0,256}$/;
