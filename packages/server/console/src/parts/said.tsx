import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { Icon } from './icon.tsx';

/** Something to tell in passing: what was done, and the way back. */
export interface Saying {
  readonly words: ReactNode;
  readonly tone?: 'good' | 'bad';
  readonly undo?: () => void;
}

interface Shown extends Saying {
  readonly id: number;
}

/** What was done can be undone for so long from where it is told; from the list of what was decided, always. */
const SHOWN_MS = 12_000;

interface Speaking {
  say(saying: Saying): number;
  /** Puts other words in the place of what was said. */
  change(id: number, saying: Saying): void;
  /** Undoes what was said last, where it can be. */
  undoLast(): void;
}

const Context = createContext<Speaking>({ say: () => 0, change: () => undefined, undoLast: () => undefined });

export function useSay(): Speaking {
  return useContext(Context);
}

export function Said({ children }: { readonly children: ReactNode }) {
  const [all, setAll] = useState<readonly Shown[]>([]);
  const last = useRef(0);
  const current = useRef<readonly Shown[]>([]);
  current.current = all;

  const drop = useCallback((id: number) => setAll((told) => told.filter((one) => one.id !== id)), []);
  const say = useCallback(
    (saying: Saying): number => {
      last.current += 1;
      const id = last.current;
      setAll((told) => [...told.slice(-1), { ...saying, id }]);
      setTimeout(() => drop(id), SHOWN_MS);
      return id;
    },
    [drop],
  );
  const change = useCallback(
    (id: number, saying: Saying) => setAll((told) => told.map((one) => (one.id === id ? { ...saying, id } : one))),
    [],
  );
  const undo = useCallback(
    (one: Shown | undefined) => {
      if (!one?.undo) return;
      drop(one.id);
      one.undo();
    },
    [drop],
  );
  const undoLast = useCallback(() => undo(current.current.findLast((one) => one.undo !== undefined)), [undo]);
  const speaking = useMemo(() => ({ say, change, undoLast }), [say, change, undoLast]);

  return (
    <Context value={speaking}>
      {children}
      <div className="said" role="status" aria-live="polite">
        {all.map((one) => (
          <div key={one.id} className={`saying ${one.tone ?? ''}`}>
            <Icon name={one.tone === 'bad' ? 'warning' : 'check'} />
            <span className="words">{one.words}</span>
            {one.undo ? (
              <button type="button" onClick={() => undo(one)}>
                <Icon name="undo" /> Undo
              </button>
            ) : undefined}
            <button type="button" className="quiet" aria-label="Close" onClick={() => drop(one.id)}>
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
    </Context>
  );
}
