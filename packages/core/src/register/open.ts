import { compareStamps, type Stamp } from '../clock/stamp.ts';
import { sameValue, type Value } from '../values.ts';
import { isOfOneScreen, type Edit, type Stable } from './register.ts';

/** An open edit under one reading, with its causes. Sets of open edits are bits of a number. */
export interface Open {
  readonly edit: Edit;
  readonly value: Value;
  readonly before?: Value | undefined;
  /** Its own time, lifted above that of every change that its author had seen. */
  readonly stamp: Stamp;
  readonly bit: bigint;
  /** What its author had seen, and made. Closed: with each edit, everything in that one's past. */
  readonly past: bigint;
}

/** The edits of a log with their causes. `log` ascends by number. */
export function openEdits(log: readonly Edit[], stable: Stable | undefined): readonly Open[] {
  const opens: Open[] = [];
  for (const edit of log) {
    const own = opens.findLast((open) => isOfOneScreen(open.edit, edit));
    let past = own ? own.past | own.bit : 0n;
    for (const open of opens) if (open.edit.number <= edit.saw) past |= open.bit | open.past;
    const { value, before } = edit;
    opens.push({ edit, value, before, stamp: lifted(edit.stamp, past, opens, stable), bit: 1n << BigInt(opens.length), past });
  }
  return opens;
}

/** Who ends with what they began with has changed nothing. */
export function isChange({ value, before }: Pick<Open, 'value' | 'before'>): boolean {
  return before === undefined || !sameValue(value, before);
}

/**
 * Clocks differ: a change is later than those that its author had seen, whatever its time says. Lifted here and not when it is heard of, because
 * what was heard in between, and what was seen, are not the same in every reading.
 */
function lifted(stamp: Stamp, past: bigint, opens: readonly Open[], stable: Stable | undefined): Stamp {
  let floor = stable?.stamp;
  for (const open of opens) {
    const isSeen = (past & open.bit) !== 0n && isChange(open);
    if (isSeen && (!floor || compareStamps(open.stamp, floor) > 0)) floor = open.stamp;
  }
  return floor ? liftedOver(stamp, floor) : stamp;
}

/** A time that is not before another. */
export function liftedOver(stamp: Stamp, floor: Stamp): Stamp {
  return compareStamps(stamp, floor) > 0 ? stamp : { ms: floor.ms, count: floor.count + 1, system: stamp.system };
}

/** The total order of edits: by lifted stamp, then by operation. */
export function compareOpen(a: Open, b: Open): number {
  return compareStamps(a.stamp, b.stamp) || (a.edit.op < b.edit.op ? -1 : a.edit.op > b.edit.op ? 1 : 0);
}

export function sees(edit: Open, other: Open): boolean {
  return (edit.past & other.bit) !== 0n;
}

/** Those that are in nobody's past. */
export function frontierOf(opens: readonly Open[]): readonly Open[] {
  return opens.filter((open) => !opens.some((other) => sees(other, open)));
}

/** What all of them had seen. */
export function commonPast(opens: readonly Open[]): bigint {
  const [first, ...rest] = opens;
  return rest.reduce((common, open) => common & open.past, first?.past ?? 0n);
}
