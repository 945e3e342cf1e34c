import type { Conflict } from '../api/client.ts';
import { System } from '../parts/system.tsx';
import { differingFields, groupWords, LIFE } from '../words.ts';
import type { Effect } from './choices.ts';

/** What a choice does to each system. */
export function Effects({ conflict, effects }: { readonly conflict: Conflict; readonly effects: readonly Effect[] }) {
  return (
    <div className="effects" aria-live="polite">
      <h2>What happens then</h2>
      <ul>
        {effects.map((effect) => (
          <li key={effect.system} className={effect.kind}>
            <System id={effect.system} /> <span>{words(effect, conflict)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function words({ kind, from = {}, to }: Effect, { fields }: Conflict) {
  if (fields.includes(LIFE)) return lifeWords(kind, to[LIFE] === 'live');
  const own = fields.filter((field) => field in to);
  const differing = differingFields(own, [{ values: from }, { values: to }]);
  if (kind === 'stays') return <>stays as it is: {groupWords(to, own, 'short')}</>;
  if (kind === 'absent') return <>has no such record, and gets none by this</>;
  if (kind === 'readonly') return <>keeps {groupWords(from, differing, 'short')}: Concord writes nothing there</>;
  return (
    <>
      changes from <del>{groupWords(from, differing, 'short')}</del> to <ins>{groupWords(to, differing, 'short')}</ins>
    </>
  );
}

function lifeWords(kind: Effect['kind'], isKept: boolean): string {
  if (kind === 'stays') return isKept ? 'keeps it' : 'has deleted it already';
  return isKept ? 'gets it back' : 'deletes it';
}
