import { systemId } from '../ids.ts';
import { PERSON } from '../record/actors.ts';
import { compareStamps, type Stamp } from '../clock/stamp.ts';
import { isEmpty } from '../policy/edits.ts';
import type { Json, JsonObject, Value } from '../values.ts';
import type { Question, RegisterPolicy } from './answer.ts';
import { frontierOf, sees } from './open.ts';
import type { Kept, Stable } from './register.ts';

interface Early {
  readonly value: Value;
  readonly stamp: Stamp;
}

/** The value that was set first of all stands, by the authors' own clocks, since the last ruling. It is kept, since its edit may be closed. */
export const firsts: RegisterPolicy = {
  combines: false,
  gate: true,
  readsFields: false,
  resolve: ({ stable, edits, frontier }: Question) => {
    const ruling = frontierOf(edits.filter(({ edit }) => edit.author === PERSON)).at(-1);
    // Who made a field empty has not set it, and left it to those who come after.
    if (ruling && (!isEmpty(ruling.value) || frontier.includes(ruling))) return { ...settledOn(ruling), reason: 'a person corrected it' };
    const before = ruling ?? earlyIn(stable);
    const all: readonly Early[] = [...(before ? [before] : []), ...edits.filter((open) => !ruling || sees(open, ruling))];
    const filled = all.filter(({ value }) => !isEmpty(value));
    const winner = earliest(filled.length > 0 ? filled : all);
    return { ...settledOn(winner), reason: winner === before ? 'it was set before' : `${winner.stamp.system} set it first` };
  },
};

function settledOn({ value, stamp }: Early): {
  readonly kind: 'settled';
  readonly value: Value;
  readonly rule: string;
  readonly kept: Kept;
} {
  const { ms, count, system } = stamp;
  return { kind: 'settled', value, rule: 'first', kept: { value, ms, count, system } };
}

function earliest(all: readonly Early[]): Early {
  return all.reduce((best, one) => (compareStamps(one.stamp, best.stamp) < 0 ? one : best));
}

function earlyIn(stable: Stable | undefined): Early | undefined {
  if (!stable) return undefined;
  const { value, stamp, kept } = stable;
  if (kept === undefined || !isKept(kept)) return { value, stamp };
  return { value, stamp: { ms: kept.ms, count: kept.count, system: systemId(kept.system) } };
}

interface KeptStamp extends JsonObject {
  readonly ms: number;
  readonly count: number;
  readonly system: string;
}

function isKept(kept: Json): kept is KeptStamp {
  if (typeof kept !== 'object' || kept === null || !('ms' in kept)) return false;
  return typeof kept.ms === 'number' && typeof kept['count'] === 'number' && typeof kept['system'] === 'string';
}
