import type { SystemId } from '../ids.ts';
import type { RefusalClass } from '../ports/system.ts';
import { CONCORD } from '../register/actors.ts';
import { LIFE, type Attempt, type Register } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import { registerOf, type Draft } from './draft.ts';
import { frontierIn } from './frontier.ts';
import type { Judged } from './turns.ts';

/** What a system says of the values themselves. Everything else may be otherwise tomorrow: a right that is missing, a row that is in the way. */
const FINAL: ReadonlySet<Refusal['why']> = new Set(['validation-rejected', 'payload-too-large']);

/** The rule by which a value gave way, as the history tells it. */
export const GAVE_WAY = 'refused';

/**
 * What a refused write comes to where its registers are to give way: what the system holds stands, and what it refused is what lost. Empty,
 * where nothing gives way.
 */
export function givenWay(draft: Draft, system: SystemId, { kind, registers }: Attempt, { why, words }: Refusal): readonly Judged[] {
  if (!FINAL.has(why) || kind === 'create') return [];
  return Object.keys(registers).flatMap((name) => {
    const register = registerOf(draft, name);
    const value = givesWay(draft, name) ? held(draft, name, system) : undefined;
    if (value === undefined || sameValue(value, register.value)) return [];
    return [gaveWay(name, register, value, `${system} refused it: ${words}`)];
  });
}

/** What a register comes to whose edits give way to the value that a system holds. */
export function gaveWay(name: string, register: Register, value: Value, reason: string): Judged {
  const losers = frontierIn(register).filter((edit) => edit.system !== CONCORD && !sameValue(edit.value, value));
  return { name, register, decision: { kind: 'settled', value, rule: GAVE_WAY, reason, code: 'C13', losers, isOwn: true } };
}

export interface Refusal {
  readonly why: RefusalClass | 'gave-up';
  readonly words: string;
}

/** What is computed follows from what gave way, and does not itself. */
function givesWay({ table }: Draft, name: string): boolean {
  const rule = table.registers.get(name);
  return rule?.derived === undefined && (rule?.map.refused ?? table.map.refused) === 'revert';
}

/** A row that could not be deleted is there. */
function held(draft: Draft, name: string, system: SystemId): Value | undefined {
  return name === LIFE ? 'live' : registerOf(draft, name).shadows[system]?.value;
}
