import type { Conflict, MapTold } from '../api/client.ts';
import { durationWords } from '../time.ts';
import { counted, listed, spaced, type Systems } from '../words.ts';

/** Something that needs somebody, and where they do it. */
export interface Need {
  readonly words: string;
  readonly to: string;
  /** `bad`: something is broken. `wait`: a decision waits. */
  readonly tone: 'bad' | 'wait';
}

interface Standing {
  readonly maps: readonly MapTold[];
  readonly held: readonly Conflict[];
}

/** States in which nobody need do anything. */
const AS_MEANT = new Set(['live', 'listing', 'starting', 'throttled', 'kept', 'paused']);

const STATES: Readonly<Record<string, string>> = {
  live: 'live',
  listing: 'reads everything',
  starting: 'starts',
  throttled: 'is told to go slower',
  kept: 'waits for its first write',
  paused: 'is paused',
  stopped: 'stopped: something broke',
  drifted: 'does not fit its system any more',
  guarded: 'asks: a mass change',
  'put-back': 'asks: its system was put back',
  pressed: 'waits for the queue to get shorter',
  unreachable: 'cannot be reached',
  denied: 'is not let in',
};

export function stateWords(state: string): string {
  return STATES[state] ?? state;
}

/** The worst first. */
export function needsOf({
  maps,
  held,
  health,
  systems,
}: Standing & { readonly health: object; readonly systems: Systems }): readonly Need[] {
  const status = 'status' in health ? health.status : 'ok';
  const broken = maps.filter(({ state }) => !AS_MEANT.has(state));
  const parked = maps.reduce((sum, map) => sum + map.to.parked, 0);
  const aside = maps.reduce((sum, map) => sum + map.asideRows, 0);
  return [
    ...(status === 'failing'
      ? [{ words: 'The ledger cannot be written. Nothing is lost, and nothing goes on, until it can.', to: '/work', tone: 'bad' as const }]
      : []),
    ...broken.map((map): Need => ({
      words: `${spaced(map.entity)} in ${systems.name(map.system)} ${stateWords(map.state)}${map.words === undefined ? '' : `: ${map.words}`}`,
      to: `/maps/${map.entity}`,
      tone: 'bad',
    })),
    ...(parked + aside > 0 ? [{ words: `${asideWords(parked, aside)}: see why, and try again`, to: '/work', tone: 'bad' as const }] : []),
    ...(held.length > 0
      ? [
          {
            words: `${counted(held.length, 'decision waits', 'decisions wait')} for a person: ${kindsWords(held)}`,
            to: '/inbox',
            tone: 'wait' as const,
          },
        ]
      : []),
  ];
}

function asideWords(parked: number, aside: number): string {
  return listed([
    ...(parked > 0 ? [`${counted(parked, 'write was', 'writes were')} refused`] : []),
    ...(aside > 0 ? [`${counted(aside, 'row')} could not be taken`] : []),
  ]);
}

function kindsWords(held: readonly Conflict[]): string {
  const kinds = [...new Set(held.map(({ entity }) => entity))];
  return listed(kinds.map((entity) => counted(held.filter((one) => one.entity === entity).length, spaced(entity).toLowerCase())));
}

/** The whole of it in a sentence. */
export function sentenceOf({ maps, held, nowMs }: Standing & { readonly nowMs: number }): string {
  const broken = maps.filter(({ state }) => !AS_MEANT.has(state));
  const behind = maps.reduce((sum, map) => sum + map.to.due + map.to.waiting, 0);
  const oldest = held.map(({ openedAt }) => Date.parse(openedAt)).toSorted((a, b) => a - b)[0];
  const flow =
    broken.length > 0
      ? `${counted(broken.length, 'map needs', 'maps need')} somebody.`
      : behind > 0
        ? `${counted(behind, 'write is', 'writes are')} on the way.`
        : '';
  if (oldest === undefined)
    return flow === '' ? 'Everything agrees, and nothing waits for a person.' : `${flow} Nothing waits for a person.`;
  const since = durationWords(Math.max(0, nowMs - oldest));
  const waits =
    held.length === 1 ? `One thing waits for a person, for ${since}.` : `${held.length} things wait for a person, the oldest for ${since}.`;
  return flow === '' ? `${waits} Everything else agrees.` : `${flow} ${waits}`;
}
