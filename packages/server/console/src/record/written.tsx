import type { Blame } from '../api/client.ts';
import { useSystems } from '../parts/system.tsx';
import { exactWords } from '../time.ts';
import { authorWords } from '../words.ts';

type Run = NonNullable<Blame['runs']>[number];

/** Whether several people wrote the text that stands. */
export function isOfSeveral({ value, runs = [] }: Blame): boolean {
  const authors = new Set(runs.map(({ system, by }) => `${system ?? ''} ${by ?? ''}`));
  return authors.size > 1 && runs.map(({ text }) => text).join('') === value;
}

/** A text, and whose words they are: where the pointer rests on them. */
export function WrittenBy({ runs }: { readonly runs: readonly Run[] }) {
  const systems = useSystems();
  return (
    <span className="written">
      {runs.map((run, index) => (
        <span key={`${index} ${run.text}`} className="run" title={runWords(run, systems)}>
          {run.text}
        </span>
      ))}
    </span>
  );
}

function runWords({ system, by, at }: Run, systems: ReturnType<typeof useSystems>): string {
  if (system === undefined) return 'Written before this history begins';
  const who = system === 'concord' ? 'Concord' : authorWords({ system, by }, systems);
  return at === undefined ? who : `${who}, ${exactWords(at)}`;
}
