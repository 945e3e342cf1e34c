import type { Key, RecordId, SystemId } from '../ids.ts';
import type { ConflictRow, Plan } from '../ports/plan.ts';
import type { RecordState } from '../record/record.ts';
import { choicesOf, type Question, type Relations } from '../record/relations.ts';
import type { RulingAsk } from './offered.ts';
import { join } from './folding.ts';
import type { Intake } from './intake.ts';
import type { Parts } from './parts.ts';
import { answered, relate, without } from './questions.ts';
import { actOf, type RulingAnswer } from './ruling.ts';

/** Carries out what a person answered to a question about a record as a whole. */
export async function answerQuestion(
  parts: Parts,
  intake: Intake,
  conflict: ConflictRow,
  about: Question,
  decision: RulingAsk,
): Promise<RulingAnswer> {
  if (conflict.state !== 'held') return { kind: 'closed' };
  const { choice } = decision;
  if (about.kind === 'candidates' && 'join' in choice) return joinAs(parts, intake, conflict, about.records, choice.join, decision);
  if (about.kind === 'candidates' && 'apart' in choice) return keepApart(parts, intake, conflict, about.records, decision);
  if (about.kind === 'rows' && 'row' in choice) return chooseRow(parts, intake, conflict, about, choice.row, decision);
  return { kind: 'no-such-choice', choices: choicesOf(about) };
}

async function joinAs(
  parts: Parts,
  intake: Intake,
  conflict: ConflictRow,
  records: readonly RecordId[],
  other: RecordId,
  decision: RulingAsk,
): Promise<RulingAnswer> {
  if (!records.includes(other)) return { kind: 'no-such-choice', choices: choicesOf({ kind: 'candidates', records }) };
  const said = { by: decision.by, act: actOf(parts, decision, conflict.record) };
  const joined = await join(parts, intake.governor, conflict.record, other, said);
  return joined.kind === 'joined' ? { kind: 'resolved', record: joined.record } : { kind: 'refused', words: joined.words };
}

async function keepApart(
  parts: Parts,
  intake: Intake,
  conflict: ConflictRow,
  records: readonly RecordId[],
  decision: RulingAsk,
): Promise<RulingAnswer> {
  const close = (record: RecordState): Plan | undefined => {
    const { relations = {} } = record;
    const apart = [...new Set([...(relations.apart ?? []), ...records])].toSorted();
    return closing(parts, record, { ...relations, apart }, conflict, decision, 'they are different things');
  };
  return within(parts, conflict, () => intake.persist(conflict.record, close, true));
}

async function chooseRow(
  parts: Parts,
  intake: Intake,
  conflict: ConflictRow,
  about: Extract<Question, { readonly kind: 'rows' }>,
  chosen: Key,
  decision: RulingAsk,
): Promise<RulingAnswer> {
  const [linked, other] = about.keys;
  const left = chosen === linked ? other : linked;
  if (!about.keys.includes(chosen)) return { kind: 'no-such-choice', choices: choicesOf(about) };
  return parts.lanes.run(conflict.record, async () => {
    const record = await parts.ledger.record(conflict.record);
    const system = parts.systems.get(about.system);
    if (!record?.relations?.issues?.some(({ id }) => id === conflict.id) || !system) return { kind: 'closed' };
    if (record.links[about.system]?.key !== chosen && (await intake.adopt(record, system, chosen)) === 'missing')
      return { kind: 'refused', words: `there is no row ${chosen} any more` };
    await intake.persist(conflict.record, (now) => passOver(parts, now, about.system, left, conflict, decision), true);
    return { kind: 'resolved', record: conflict.record };
  });
}

/** Remembers that a row is not to be mirrored, so that nobody is asked again. */
function passOver(
  parts: Parts,
  record: RecordState,
  system: SystemId,
  key: Key,
  conflict: ConflictRow,
  decision: RulingAsk,
): Plan | undefined {
  const { relations = {} } = record;
  const passedOver = [...(relations.passedOver ?? []).filter((place) => place.system !== system || place.key !== key), { system, key }];
  return closing(parts, record, { ...relations, passedOver }, conflict, decision, `${key} of ${system} is not mirrored`);
}

/** What waited for the answer is due. */
function closing(
  parts: Parts,
  record: RecordState,
  relations: Relations,
  conflict: ConflictRow,
  decision: RulingAsk,
  answer: string,
): Plan | undefined {
  if (!record.relations?.issues?.some(({ id }) => id === conflict.id)) return undefined;
  const nowMs = parts.clock.nowMs();
  return relate(record, without(relations, conflict.id), {
    conflicts: [answered(conflict, record.seq, nowMs, decision.by, answer)],
    act: actOf(parts, decision, record.id),
  });
}

async function within(
  parts: Parts,
  { record }: ConflictRow,
  task: () => Promise<'committed' | 'nothing' | 'taken'>,
): Promise<RulingAnswer> {
  const done = await parts.lanes.run(record, task);
  return done === 'committed' ? { kind: 'resolved', record } : { kind: 'closed' };
}
