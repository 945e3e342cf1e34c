import type { EntityName, SystemId } from '../ids.ts';
import type { OperatorAct } from '../ports/plan.ts';
import type { Json } from '../values.ts';
import type { Parts } from './parts.ts';

/**
 * Why a map takes nothing from its system and writes nothing to it. `paused`: it goes on where it was. `off`: everything is listed anew when
 * it is started, for where too much has happened meanwhile to be followed.
 */
export interface Pause {
  readonly kind: 'paused' | 'off';
  readonly by: string;
  readonly note?: string;
  readonly sinceMs: number;
}

/** What a person wants of a map. */
export interface PauseAsk {
  readonly act: 'pause' | 'resume' | 'stop' | 'start';
  readonly by: string;
  readonly note?: string;
}

/** Which maps people have paused. It stands in the ledger, and so outlasts a restart. */
export interface Pauses {
  load(maps: readonly { readonly system: SystemId; readonly entity: EntityName }[]): Promise<void>;
  of(system: SystemId, entity: EntityName): Pause | undefined;
  /** `idle`: it is as it was wanted, or `resume` was said of one that is off, or that runs. */
  set(system: SystemId, entity: EntityName, ask: PauseAsk): Promise<'done' | 'idle'>;
}

export function openPauses({ ledger, clock }: Pick<Parts, 'ledger' | 'clock'>): Pauses {
  const pauses = new Map<string, Pause>();
  const nameOf = (system: SystemId, entity: EntityName): string => `paused ${entity} ${system}`;

  return {
    async load(maps) {
      for (const { system, entity } of maps) {
        const pause = readPause(await ledger.note(nameOf(system, entity)));
        if (pause) pauses.set(nameOf(system, entity), pause);
      }
    },
    of: (system, entity) => pauses.get(nameOf(system, entity)),
    async set(system, entity, ask) {
      const name = nameOf(system, entity);
      const before = pauses.get(name);
      const next = after(before, ask, clock.nowMs());
      if (next === before) return 'idle';
      // A cursor that is forgotten in the same transaction cannot be gone on from after a crash.
      const cursors =
        ask.act === 'start' ? [{ system, entity, cursor: undefined, listed: (await ledger.cursor(system, entity)).listed }] : [];
      const acts = [actOf(system, entity, ask, clock.nowMs())];
      await ledger.commit({ plans: [], cursors, failures: [], acts, notes: [{ name, value: next && written(next) }] });
      if (next) pauses.set(name, next);
      else pauses.delete(name);
      return 'done';
    },
  };
}

function after(before: Pause | undefined, { act, by, note }: PauseAsk, nowMs: number): Pause | undefined {
  const told = { by, ...(note === undefined ? {} : { note }), sinceMs: before?.sinceMs ?? nowMs };
  switch (act) {
    case 'pause':
      return before ?? { kind: 'paused', ...told };
    case 'stop':
      return before?.kind === 'off' ? before : { kind: 'off', ...told };
    case 'resume':
      return before?.kind === 'off' ? before : undefined;
    case 'start':
      return undefined;
  }
}

function actOf(system: SystemId, entity: EntityName, { act, by, note }: PauseAsk, atMs: number): OperatorAct {
  return { atMs, operator: by, act: `map ${act}`, note: `${entity} in ${system}${note === undefined ? '' : `: ${note}`}` };
}

/** What a person wrote is kept as `words`, which an erasure looks into. */
function written({ note: words, ...pause }: Pause): Json {
  return JSON.parse(JSON.stringify({ ...pause, words }));
}

/** What this file wrote itself. */
function readPause(told: Json | undefined): Pause | undefined {
  if (told === undefined) return undefined;
  const { words, ...pause }: Omit<Pause, 'note'> & { readonly words?: string } = JSON.parse(JSON.stringify(told));
  return { ...pause, ...(words === undefined ? {} : { note: words }) };
}
