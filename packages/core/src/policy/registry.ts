import { counter } from './counter.ts';
import { max, min } from './extremum.ts';
import { immutable } from './immutable.ts';
import type { PolicyKind } from './kind.ts';
import { latest } from './latest.ts';
import { manual } from './manual.ts';
import { owner } from './owner.ts';
import { prefer } from './prefer.ts';
import { rank } from './rank.ts';
import { set } from './set.ts';
import { text } from './text.ts';

/** Every field policy, by the name that the configuration uses. A new policy is one file and one line here. */
export const policies: Readonly<Record<string, PolicyKind>> = Object.fromEntries(
  [latest, prefer, owner, immutable, max, min, rank, counter, set, text, manual].map((kind) => [kind.name, kind]),
);
