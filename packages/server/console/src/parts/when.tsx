import { useEffect, useState } from 'react';
import { agoWords, durationWords, exactWords } from '../time.ts';

const TICK_MS = 5_000;

/** The time, now and then. */
export function useNow(everyMs = TICK_MS): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** How long ago, or for how long; exactly, where the pointer rests on it. */
export function When({ at, as = 'ago' }: { readonly at: string; readonly as?: 'ago' | 'for' }) {
  const ms = Math.max(0, useNow() - Date.parse(at));
  return (
    <time dateTime={at} title={exactWords(at)}>
      {as === 'ago' ? agoWords(ms) : durationWords(ms)}
    </time>
  );
}
