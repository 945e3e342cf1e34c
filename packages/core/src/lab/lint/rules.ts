import { clock } from './pl01-clock.ts';
import { unowned } from './pl02-owner.ts';
import { order } from './pl03-order.ts';
import { guards } from './pl04-guards.ts';
import { baseless } from './pl05-base.ts';
import { custom } from './pl06-custom.ts';
import { invariants } from './pl07-invariant.ts';
import { lossy } from './pl08-lossy.ts';
import { cleared } from './pl09-cleared.ts';
import { shortText } from './pl10-text.ts';
import { majority } from './pl11-majority.ts';
import { children } from './pl12-children.ts';
import { keys } from './pl13-keys.ts';
import { rounded } from './pl14-rounded.ts';
import { idleOwner } from './pl15-idle-owner.ts';
import { inbox } from './pl16-inbox.ts';
import { oneWay } from './pl17-one-way.ts';
import { unmapped } from './pl18-unmapped.ts';
import { unused } from './pl19-unused.ts';
import { flapping } from './pl20-flapping.ts';
import type { LintFinding, LintRule, LintSubject } from './rule.ts';

/** Every rule. A new one is one file and one line here. */
export const lintRules: readonly LintRule[] = [
  clock,
  unowned,
  order,
  guards,
  baseless,
  custom,
  invariants,
  lossy,
  cleared,
  shortText,
  majority,
  children,
  keys,
  rounded,
  idleOwner,
  inbox,
  oneWay,
  unmapped,
  unused,
  flapping,
];

const WEIGHT = { error: 0, warning: 1, notice: 2 } as const;

/** All findings, the worst first. */
export function lint(subject: LintSubject): readonly LintFinding[] {
  return lintRules.flatMap((rule) => rule.check(subject)).toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}
