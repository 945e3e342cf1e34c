import { isHeld, type Question } from '../register/answer.ts';
import { frontierOf, sees, type Open } from '../register/open.ts';
import { isReset } from '../register/register.ts';
import { allHeld, type Rules } from './json-merge.ts';
import { mergePlace, namesIn, registerAt } from './places.ts';
import type { View } from './policy.ts';
import { sequenceOf } from './sequence.ts';
import { readTold, type Outcome, type Told } from './spots.ts';

/** How items are told apart, and what becomes of them. */
export interface Keyed {
  /** The items of a list, by key. */
  itemsOf(told: Told): ReadonlyMap<string, Told>;
  readonly rules: Rules;
  readonly deletes: 'delete-wins' | 'update-wins' | 'manual';
  readonly view: View;
}

/** A list, item by item: each is a register of its own, and stands where whoever moved things last has put it. */
export function mergeKeyed(question: Question, keyed: Keyed): Outcome {
  const { itemsOf } = keyed;
  const keysOf = (told: Told): readonly string[] => [...itemsOf(told).keys()];
  const merged = namesIn(question, keysOf).map((name) => {
    const pick = (told: Told): Told => itemsOf(told).get(name);
    return [name, registerAt(question, pick, (part) => mergeItem(part, name, keyed))] as const;
  });
  const open = merged.flatMap(([name, outcome]) => (outcome.kind === 'held' ? [{ ...outcome, reason: `${name} ${outcome.reason}` }] : []));
  if (open.length > 0) return allHeld(open);
  const left = new Map(
    merged.flatMap(([name, outcome]) => (outcome.kind === 'value' && outcome.value !== undefined ? [[name, outcome.value]] : [])),
  );
  const { frontier } = question;
  if (left.size === 0 && frontier.every(({ value }) => value === null)) return { kind: 'value', value: undefined };
  const [base, ...sides] = [question.base(frontier), ...frontier.map(({ value }) => value)].map((value) => keysOf(readTold(value)));
  const order = sequenceOf(base ?? [], sides, new Set(left.keys()));
  // Nearly always none: what nobody in the frontier shows, and nobody took out.
  const rest = [...left.keys()].filter((name) => !order.includes(name));
  return { kind: 'value', value: [...order, ...rest].flatMap((name) => left.get(name) ?? []) };
}

/**
 * An item is there while some cause is left: the stable item, an edit that put it in or (not with `delete-wins`) changed it, that no removal has
 * seen. Who meets a removal brings the whole item along.
 */
function mergeItem(question: Question, name: string, { deletes, rules, view }: Keyed): Outcome {
  const { edits, at, stable } = question;
  const removals = edits.filter(({ value }) => value === null);
  const place = { path: '', rules, view };
  if (removals.length === 0) return mergePlace(question, place);
  const unseen = edits.filter((open) => open.value !== null && !removals.some((removal) => sees(removal, open)));
  const puts = unseen.filter(isPut);
  const left = deletes === 'delete-wins' ? unseen.filter((open) => isPut(open) || puts.some((put) => sees(open, put))) : unseen;
  if (left.length === 0) return { kind: 'value', value: undefined };
  const isRuled = (open: Open): boolean => edits.some((reset) => isReset(reset) && sees(reset, open));
  const meets = (open: Open): boolean => !isPut(open) && !isRuled(open) && removals.some((removal) => !sees(open, removal));
  if (deletes === 'manual' && left.some(meets)) return { kind: 'held', reason: `item ${name} is taken out and changed`, code: 'C04' };
  const has = left.reduce((all, { past, bit }) => all | past | bit, 0n);
  // Removals that nobody who is left has seen end nothing: the item is what the others made of it.
  if (removals.some(({ bit }) => (has & bit) === 0n)) return answered(at(has));
  const isBrought = left.some((open) => !removals.some((removal) => sees(open, removal)));
  const before = stable && { ...stable, value: isBrought ? stable.value : null };
  return mergePlace({ ...question, stable: before, edits: left, frontier: frontierOf(left) }, place);
}

function isPut(open: Open): boolean {
  return isReset(open) || open.before === null;
}

function answered(answer: ReturnType<Question['at']>): Outcome {
  const { resolution } = answer;
  if (!resolution || !isHeld(answer)) return { kind: 'value', value: readTold(answer.value) };
  return { kind: 'held', reason: resolution.reason, ...(resolution.code === undefined ? {} : { code: resolution.code }) };
}
