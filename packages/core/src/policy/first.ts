import { z } from 'zod';
import { settled } from './answers.ts';
import { instant } from './edits.ts';
import { definePolicy } from './kind.ts';
import type { Resolution } from './policy.ts';
import { compareStamps, type Stamp } from '../clock/stamp.ts';
import { systemId } from '../ids.ts';
import { PERSON } from '../register/actors.ts';
import type { Question } from '../register/answer.ts';
import { frontierOf, sees } from '../register/open.ts';
import type { Kept } from '../register/register.ts';
import { isEmpty, type Json, type JsonObject, type Value } from '../values.ts';

/**
 * The value that was set first of all stands, by the authors' own clocks: it may be heard of last. Later edits are undone, unless they are a
 * person's. `immutable` keeps what Concord knew first instead, which never changes under anybody's eyes.
 */
export const first = definePolicy({
  name: 'first',
  summary: 'The value that was set first of all stands, however late it is heard of.',
  traits: { gate: true, combines: true, first: true },
  options: z.undefined(),
  make: () => (view) => firstOf(view.question),
});

interface Early {
  readonly value: Value;
  readonly stamp: Stamp;
}

/** Since the last ruling. What was first is kept, since its edit may be closed. */
function firstOf({ stable, edits, frontier }: Question): Resolution {
  const ruling = frontierOf(edits.filter(({ edit }) => edit.author === PERSON)).at(-1);
  // By the person's own clock: how far it is lifted depends on what others had perhaps seen, and whoever rules that is asked no more.
  const ruled = ruling && { value: ruling.value, stamp: ruling.edit.stamp };
  // Who made a field empty has not set it, and left it to those who come after.
  if (ruled && (!isEmpty(ruled.value) || frontier.includes(ruling))) return settledOn(ruled, 'a person corrected it');
  const before = ruled ?? (stable && earlyOf(stable, stable.kept));
  const since = edits.filter((open) => !ruling || sees(open, ruling)).map((open) => earlyOf(open, open.edit.kept));
  const all = [...(before ? [before] : []), ...since];
  const filled = all.filter(({ value }) => !isEmpty(value));
  const winner = earliest(filled.length > 0 ? filled : all);
  return settledOn(winner, winner === before ? 'it was set before' : `${winner.stamp.system} set it first (${instant(winner.stamp.ms)})`);
}

function settledOn({ value, stamp }: Early, reason: string): Resolution {
  const { ms, count, system } = stamp;
  return { ...settled('first', value, reason), kept: { ms, count, system } };
}

function earliest(all: readonly Early[]): Early {
  return all.reduce((best, one) => (compareStamps(one.stamp, best.stamp) < 0 ? one : best));
}

/** What is closed, or was, is as early as the first of it. */
function earlyOf({ value, stamp }: Early, kept: Kept | undefined): Early {
  if (kept === undefined || !isStamp(kept)) return { value, stamp };
  return { value, stamp: { ms: kept.ms, count: kept.count, system: systemId(kept.system) } };
}

interface KeptStamp extends JsonObject {
  readonly ms: number;
  readonly count: number;
  readonly system: string;
}

function isStamp(kept: Json): kept is KeptStamp {
  if (typeof kept !== 'object' || kept === null || !('ms' in kept)) return false;
  return typeof kept.ms === 'number' && typeof kept['count'] === 'number' && typeof kept['system'] === 'string';
}
