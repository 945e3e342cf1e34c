import type { Conflict } from '../api/client.ts';
import type { Names } from '../api/read.ts';
import { counted, titleWords } from '../words.ts';

interface Props {
  readonly alike: readonly Conflict[];
  readonly names: Names;
  readonly together: ReadonlySet<string>;
  readonly setTogether: (ids: ReadonlySet<string>) => void;
  /** Those that were marked in the list. */
  readonly chosen: ReadonlySet<string>;
}

/** Others that ask the very same: one decision may be for all of them, and it is seen for which. */
export function Alike({ alike, names, together, setTogether, chosen }: Props) {
  const isIn = (id: string): boolean => together.has(id) || chosen.has(id);
  const isAll = alike.every(({ id }) => isIn(id));
  function set(id: string, on: boolean): void {
    setTogether(on ? new Set([...together, id]) : new Set([...together].filter((one) => one !== id)));
  }
  return (
    <details className="alike">
      <summary>{counted(alike.length, 'other asks', 'others ask')} the same</summary>
      <label>
        <input
          type="checkbox"
          checked={isAll}
          onChange={(event) => setTogether(event.target.checked ? new Set(alike.map(({ id }) => id)) : new Set())}
        />
        Decide all of them the same way
      </label>
      <ul>
        {alike.map(({ id, record }) => (
          <li key={id}>
            <label>
              <input type="checkbox" checked={isIn(id)} disabled={chosen.has(id)} onChange={(event) => set(id, event.target.checked)} />
              {titleWords(names.get(record))}
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}
