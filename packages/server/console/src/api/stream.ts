import { useEffect, useSyncExternalStore } from 'react';
import { useReadAnew, type Kind } from './read.ts';

/** `lost`: what is shown may have moved on. */
export type Line = 'opening' | 'live' | 'lost';

/** What arrives in one moment is read once. */
const GATHER_MS = 150;
/** A browser that cannot be let in again tries no more by itself. */
const AGAIN_MS = 3_000;

let line: Line = 'opening';
const watchers = new Set<() => void>();

function tell(now: Line): void {
  line = now;
  for (const watcher of watchers) watcher();
}

export function useLine(): Line {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => line,
  );
}

const EVERYTHING: readonly Kind[] = [
  'conflicts',
  'conflict',
  'record',
  'history',
  'blame',
  'view',
  'maps',
  'work',
  'names',
  'health',
  'trends',
];
const OF_A_RECORD: readonly Kind[] = ['record', 'history', 'blame', 'view'];

/** Has what is shown read anew as it becomes known to have changed. While the page is hidden nobody looks: it listens again when it is seen. */
export function useNews(): void {
  const readAnew = useReadAnew();
  useEffect(() => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const records = new Set<string>();
    const conflicts = new Set<string>();

    function flush(): void {
      timer = undefined;
      for (const id of records) void readAnew(OF_A_RECORD, id);
      for (const id of conflicts) void readAnew(['conflict'], id);
      if (conflicts.size > 0) void readAnew(['conflicts']);
      records.clear();
      conflicts.clear();
    }

    function gather(): void {
      timer ??= setTimeout(flush, GATHER_MS);
    }

    function listen(): void {
      stop();
      if (document.visibilityState === 'hidden') return;
      const opened = new EventSource('/v1/stream');
      source = opened;
      // What came in between was not heard: everything that is shown is read once more.
      opened.addEventListener('begin', () => void readAnew(EVERYTHING));
      opened.addEventListener('reset', () => void readAnew(EVERYTHING));
      opened.addEventListener('open', () => tell('live'));
      opened.addEventListener('version', (event) => {
        records.add(memberOf(event, 'record'));
        gather();
      });
      opened.addEventListener('conflict', (event) => {
        conflicts.add(memberOf(event, 'conflict'));
        records.add(memberOf(event, 'record'));
        gather();
      });
      opened.addEventListener('map', () => void readAnew(['maps', 'health']));
      opened.addEventListener('error', () => {
        tell('lost');
        if (opened.readyState !== EventSource.CLOSED) return;
        // Somebody who is not signed in any more learns it from what is asked next.
        void readAnew(['health']);
        again = setTimeout(listen, AGAIN_MS);
      });
    }

    function stop(): void {
      source?.close();
      clearTimeout(again);
    }

    listen();
    document.addEventListener('visibilitychange', listen);
    return () => {
      document.removeEventListener('visibilitychange', listen);
      clearTimeout(timer);
      stop();
    };
  }, [readAnew]);
}

function memberOf(event: MessageEvent<unknown>, name: string): string {
  const told: unknown = JSON.parse(String(event.data));
  const found = typeof told === 'object' && told !== null ? Object.entries(told).find(([key]) => key === name)?.[1] : undefined;
  return typeof found === 'string' ? found : '';
}
