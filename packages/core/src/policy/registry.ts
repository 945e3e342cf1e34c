import { append } from './append.ts';
import { bounded } from './bounded.ts';
import { byActor } from './by-actor.ts';
import { byDirection } from './by-direction.ts';
import { chain } from './chain.ts';
import { counted } from './counted.ts';
import { counter } from './counter.ts';
import { during } from './during.ts';
import { max, min } from './extremum.ts';
import { fill } from './fill.ts';
import { first } from './first.ts';
import { fork } from './fork.ts';
import { freeze } from './freeze.ts';
import { immutable } from './immutable.ts';
import { items } from './items.ts';
import { json } from './json.ts';
import type { PolicyKind } from './kind.ts';
import { latest } from './latest.ts';
import { lattice } from './lattice.ts';
import { list } from './list.ts';
import { local } from './local.ts';
import { log } from './log.ts';
import { longest, mostComplete } from './longest.ts';
import { majority } from './majority.ts';
import { manual } from './manual.ts';
import { normalise } from './normalise.ts';
import { notEmpty } from './not-empty.ts';
import { opaque } from './opaque.ts';
import { owner } from './owner.ts';
import { prefer } from './prefer.ts';
import { rank } from './rank.ts';
import { reserve } from './reserve.ts';
import { set } from './set.ts';
import { states } from './states.ts';
import { sum } from './sum.ts';
import { text } from './text.ts';
import { threshold } from './threshold.ts';
import { trust } from './trust.ts';
import { when } from './when.ts';

/** Every field policy, in the order in which they are documented. A new policy is one file and one line here. */
const all: readonly PolicyKind[] = [
  latest,
  first,
  majority,
  prefer,
  byActor,
  trust,
  owner,
  immutable,
  fill,
  freeze,
  local,
  max,
  min,
  longest,
  mostComplete,
  notEmpty,
  rank,
  lattice,
  states,
  counter,
  counted,
  bounded,
  reserve,
  sum,
  threshold,
  text,
  append,
  log,
  normalise,
  set,
  list,
  items,
  json,
  opaque,
  when,
  during,
  byDirection,
  chain,
  fork,
  manual,
];

/** By the name that the configuration uses. */
export const policies: Readonly<Record<string, PolicyKind>> = Object.fromEntries(all.map((kind) => [kind.name, kind]));
