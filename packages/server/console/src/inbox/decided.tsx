import { useState } from 'react';
import { Problem, type Conflict } from '../api/client.ts';
import { useReadAnew } from '../api/read.ts';
import { Icon } from '../parts/icon.tsx';
import { useSay } from '../parts/said.tsx';
import { useSystems } from '../parts/system.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../who.tsx';
import { authorWords, differingFields, fieldsWords, groupWords, listed } from '../words.ts';
import { undo } from './deciding.ts';
import { useKeys } from './use-keys.ts';

/** How it ended, and the way back. */
export function Decided({ conflict, next }: { readonly conflict: Conflict; readonly next: () => void }) {
  const systems = useSystems();
  const may = useMay('resolver');
  const { say } = useSay();
  const readAnew = useReadAnew();
  const [isBusy, setBusy] = useState(false);
  const fields = differingFields(conflict.fields, [...conflict.sides, ...conflict.losers]);

  async function again(): Promise<void> {
    setBusy(true);
    try {
      await undo(conflict.id);
      await readAnew(['conflicts', 'conflict', 'record']);
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      say({ words: `${cause.message} ${cause.remedy}`, tone: 'bad' });
    } finally {
      setBusy(false);
    }
  }
  useKeys({ l: next });

  return (
    <div className="decided">
      <p className="note good">
        <Icon name="check" />
        <span>
          {conflict.state === 'resolved' ? conflict.reason : `The rule “${conflict.rule}” decided: ${conflict.reason}`}
          {conflict.values ? (
            <>
              : <strong>{groupWords(conflict.values, fields)}</strong>
            </>
          ) : undefined}
          {conflict.closedAt === undefined ? undefined : (
            <>
              {' · '}
              <When at={conflict.closedAt} />
            </>
          )}
        </span>
      </p>
      {conflict.losers.length > 0 ? (
        <>
          <h2>What lost</h2>
          <ul className="losers">
            {conflict.losers.map((edit) => (
              <li key={`${edit.system} ${edit.at}`}>
                {authorWords(edit, systems)} wanted <strong>{groupWords(edit.values, fields)}</strong>. It is kept in the history.
              </li>
            ))}
          </ul>
        </>
      ) : undefined}
      <div className="acts">
        {may && conflict.about === undefined ? (
          <button type="button" onClick={() => void again()} disabled={isBusy}>
            <Icon name="undo" /> Decide again
          </button>
        ) : undefined}
        <button type="button" className="quiet" onClick={next}>
          Next <kbd>l</kbd>
        </button>
      </div>
      {may && conflict.about === undefined ? (
        <p className="hint">
          Until it is decided again, {listed(systems.ids.map(systems.name))} keep what {fieldsWords(conflict.fields).toLowerCase()} is now.
        </p>
      ) : undefined}
    </div>
  );
}
