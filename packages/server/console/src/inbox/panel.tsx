import { Link } from 'wouter';
import type { Conflict, Problem } from '../api/client.ts';
import type { ConflictState, Names } from '../api/read.ts';
import { Icon } from '../parts/icon.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { When } from '../parts/when.tsx';
import { fieldsWords, LIFE, titleOf } from '../words.ts';
import { Around } from './around.tsx';
import { Asking } from './asking.tsx';
import { Decided } from './decided.tsx';

interface Props {
  readonly conflict: Conflict | undefined;
  readonly etag: string | undefined;
  readonly problem: Problem | undefined;
  readonly all: readonly Conflict[];
  readonly names: Names;
  readonly chosen: ReadonlySet<string>;
  readonly clear: () => void;
  readonly next: () => void;
  readonly back: () => void;
  readonly state: ConflictState;
  readonly isEmpty: boolean;
}

export function ConflictPanel(props: Props) {
  const { conflict, problem, names, back, state, isEmpty } = props;
  if (problem && !conflict) {
    return (
      <section className="panel">
        <Trouble problem={problem} />
      </section>
    );
  }
  if (!conflict) return <section className="panel empty">{isEmpty && state === 'held' ? <Nothing /> : undefined}</section>;
  const { name, number, what } = titleOf(names.get(conflict.record));
  return (
    <section className="panel" aria-labelledby="conflict-title">
      <button type="button" className="quiet back" onClick={back}>
        <Icon name="back" /> Inbox
      </button>
      <header>
        <p className="kind">{what}</p>
        <h1 id="conflict-title">
          <Link href={`/records/${conflict.record}`}>{[number, name].filter(Boolean).join(' · ') || what || 'Record'}</Link>
        </h1>
        <p className="about">
          <strong>{aboutWords(conflict)}</strong>
          {conflict.closedAt === undefined ? (
            <>
              {' '}
              · waiting for <When at={conflict.openedAt} as="for" />
            </>
          ) : undefined}
        </p>
      </header>
      {conflict.state === 'held' ? <Asking {...props} conflict={conflict} /> : <Decided conflict={conflict} next={props.next} />}
      <Around conflict={conflict} />
    </section>
  );
}

function aboutWords({ about, fields }: Conflict): string {
  if (about !== undefined) return 'Is it the same as another?';
  return fields.includes(LIFE) ? 'Is it deleted?' : fieldsWords(fields);
}

function Nothing() {
  return (
    <div className="nothing">
      <span className="round">
        <Icon name="check" />
      </span>
      <h2>Nothing waits for you</h2>
      <p>Whatever people edited has been decided by the rules, or by somebody. When a rule cannot decide, it comes here by itself.</p>
    </div>
  );
}
