import type { AlertRule, Counts, EngineStatus } from '@concord/core';

/** What is known at one look. */
export interface Observed {
  readonly status: EngineStatus;
  /** Absent while the ledger cannot tell. */
  readonly counts: Counts | undefined;
  readonly nowMs: number;
}

/** What stood in the tallies at an earlier look. */
export interface Sample {
  readonly atMs: number;
  readonly writes: Readonly<Record<string, { readonly failed: number; readonly all: number }>>;
  readonly flaps: number;
}

/** Something of which somebody should know. It names entities and systems, and never a value of a record. */
export interface Condition {
  /** The same for as long as it is the same thing. */
  readonly id: string;
  readonly on: AlertRule['on'];
  readonly severity: AlertRule['severity'];
  readonly system?: string;
  readonly entity?: string;
  readonly words: string;
  readonly action: string;
}

/** With fewer writes a share says nothing. */
const WRITES_MIN = 5;
const FAILED = ['refused', 'unknown', 'unreachable'] as const;
const PERCENT = 100;

type Finding = Pick<Condition, 'system' | 'entity' | 'words' | 'action'>;

/** What holds of one rule just now; `undefined` where that cannot be told. `before` is how the tallies stood when the rule's window began. */
export function conditionsOf(
  rule: AlertRule,
  index: number,
  observed: Observed,
  before: Sample,
  firstMs: number,
): readonly Condition[] | undefined {
  const findings = findingsOf(rule, observed, before, firstMs);
  return findings?.map((found) => ({
    id: [rule.on, index, found.system, found.entity].filter((part) => part !== undefined).join('/'),
    on: rule.on,
    severity: rule.severity,
    ...found,
  }));
}

export function sampleOf({ status, nowMs }: Observed): Sample {
  const writes = Object.entries(status.tallies.writes).map(([system, outcomes]) => {
    const all = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    return [system, { all, failed: FAILED.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0) }] as const;
  });
  return { atMs: nowMs, writes: Object.fromEntries(writes), flaps: status.tallies.conflicts.C15 ?? 0 };
}

function findingsOf(rule: AlertRule, observed: Observed, before: Sample, firstMs: number): readonly Finding[] | undefined {
  switch (rule.on) {
    case 'readLag':
      return readLag(rule.above, observed, firstMs);
    case 'deliveryLag':
      return deliveryLag(rule.above, observed);
    case 'writesFail':
      return writesFail(rule.above, observed, before);
    case 'held':
      return held(rule.above, observed.counts);
    case 'parked':
      return parked(rule.above, observed.counts);
    case 'map':
      return stuck(rule.states, observed);
    case 'flapping':
      return flapping(rule.above, observed, before);
    case 'ledger':
      return observed.status.ledger ? [LEDGER_WAITS] : [];
  }
}

/** Nobody expects these to be up to date. */
const NOT_READ: ReadonlySet<string> = new Set(['kept', 'paused', 'put-back', 'listing']);

/** What was not read at all yet is as late as the looking is old: a system that is down at the start must not go unnoticed. */
function readLag(aboveMs: number, { status, nowMs }: Observed, firstMs: number): readonly Finding[] {
  return status.maps
    .filter(({ state, upToMs }) => !NOT_READ.has(state) && nowMs - (upToMs ?? firstMs) > aboveMs)
    .map(({ system, entity, upToMs }) => ({
      system,
      entity,
      words: `${entity} of ${system} was last read ${ageWords(nowMs - (upToMs ?? firstMs))} ago.`,
      action: 'concord map list tells the state of the map and why.',
    }));
}

function deliveryLag(aboveMs: number, { status, nowMs }: Observed): readonly Finding[] {
  return status.deliveries.flatMap(({ system, behindMs }) =>
    Object.entries(behindMs)
      .filter(([, sinceMs]) => nowMs - sinceMs > aboveMs)
      .map(([entity, sinceMs]) => ({
        system,
        entity,
        words: `A change of ${entity} has been on its way to ${system} for ${ageWords(nowMs - sinceMs)}.`,
        action: `GET /v1/deliveries?system=${system} tells what waits, and for what.`,
      })),
  );
}

function writesFail(above: number, observed: Observed, before: Sample): readonly Finding[] {
  return Object.entries(sampleOf(observed).writes).flatMap(([system, { failed, all }]) => {
    const [fails, writes] = [failed - (before.writes[system]?.failed ?? 0), all - (before.writes[system]?.all ?? 0)];
    if (writes < WRITES_MIN || fails / writes <= above) return [];
    const words = `${Math.round((PERCENT * fails) / writes)}% of the writes to ${system} fail (${fails} of ${writes}).`;
    return [{ system, words, action: 'GET /v1/failures tells the latest.' }];
  });
}

function held(above: number, counts: Counts | undefined): readonly Finding[] | undefined {
  if (!counts) return undefined;
  const action = 'Settle them, or give the fields a policy that settles them; concord lab suggest proposes some.';
  return counts.held > above ? [{ words: `${counts.held} conflicts wait for a person.`, action }] : [];
}

function parked(above: number, counts: Counts | undefined): readonly Finding[] | undefined {
  if (!counts) return undefined;
  const action = 'concord parked list tells each; retry or discard them.';
  return counts.parked > above ? [{ words: `${counts.parked} writes were refused and wait for a person.`, action }] : [];
}

function stuck(states: readonly string[], { status }: Observed): readonly Finding[] {
  return status.maps
    .filter(({ state }) => states.includes(state))
    .map(({ system, entity, state }) => ({
      system,
      entity,
      words: `${entity} of ${system} is ${state}.`,
      action:
        state === 'put-back'
          ? `${system} was put back from a backup, and nothing of it is taken or written: concord put-back show ${entity} ${system} says what it lost.`
          : 'concord map list says why. A guarded map waits until a person lets the change pass, or has it undone.',
    }));
}

function flapping(above: number, observed: Observed, before: Sample): readonly Finding[] {
  const count = sampleOf(observed).flaps - before.flaps;
  const words = `Something sets a field again and again, and a rule turns it away (C15, ${count} times).`;
  const action = 'GET /v1/conflicts?state=held tells which. Stop the automation, or change the rule.';
  return count > above ? [{ words, action }] : [];
}

const LEDGER_WAITS: Finding = {
  words: 'The ledger cannot be written, so everything waits.',
  action: 'concord doctor says for what (a full disk, a missing right). It goes on by itself.',
};

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

function ageWords(ms: number): string {
  const [unit, size] = UNITS.find(([, least]) => ms >= least) ?? ['s', 1000];
  return `${Math.floor(ms / size)} ${unit}`;
}
