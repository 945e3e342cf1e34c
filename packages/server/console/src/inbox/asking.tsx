import { useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Problem, type Conflict, type Values } from '../api/client.ts';
import { useConfiguration, useReadAnew, useRecord, useViews, type Names } from '../api/read.ts';
import { useSay } from '../parts/said.tsx';
import { useSystems } from '../parts/system.tsx';
import { useMay } from '../who.tsx';
import { counted, fieldsWords, groupWords, LIFE, listed, titleWords } from '../words.ts';
import { Alike } from './alike.tsx';
import { Cards } from './cards.tsx';
import { choicesOf, effectsOf, type Choice } from './choices.ts';
import { arrivalOf, decide, decideAll, undo, wasFirst } from './deciding.ts';
import { Effects } from './effects.tsx';
import { alikeIn } from './order.ts';
import { Story } from './story.tsx';
import { useKeys } from './use-keys.ts';

interface Props {
  readonly conflict: Conflict;
  readonly etag: string | undefined;
  readonly all: readonly Conflict[];
  readonly names: Names;
  readonly chosen: ReadonlySet<string>;
  readonly clear: () => void;
  readonly next: () => void;
}

/** What is asked, what may be answered, and what each answer would do. */
export function Asking({ conflict, etag, all, names, chosen, clear, next }: Props) {
  const [, go] = useLocation();
  const may = useMay('resolver');
  const systems = useSystems();
  const choices = useMemo(() => choicesOf(conflict), [conflict]);
  const [choice, setChoice] = useState<Choice>();
  const [note, setNote] = useState('');
  const [together, setTogether] = useState<ReadonlySet<string>>(new Set());
  const noteField = useRef<HTMLInputElement>(null);
  const { run, isBusy, problem } = useDecision({ conflict, etag, names, next, clear });

  const alike = alikeIn(all, conflict);
  const others = alike.filter(({ id }) => together.has(id) || chosen.has(id)).map(({ id }) => id);
  const pick = (index: number): void => {
    const wanted = choices[index];
    if (may && wanted) setChoice(wanted);
  };
  const act = (): void => {
    if (may && choice && !isBusy) void run(choice, note, others);
  };
  useKeys({
    ...Object.fromEntries(choices.map((_choice, index) => [String(index + 1), () => pick(index)])),
    e: () => document.querySelector<HTMLElement>('.other-value input, .other-value textarea, .other-value select')?.focus(),
    n: () => noteField.current?.focus(),
    Enter: act,
    l: next,
    o: () => go(`/records/${conflict.record}`),
  });

  return (
    <form
      className="asking"
      onSubmit={(event) => {
        event.preventDefault();
        act();
      }}
    >
      <Story conflict={conflict} systems={systems} />
      {problem ? (
        <p className="note bad" role="alert">
          {problem.message} {problem.remedy}
        </p>
      ) : undefined}
      <Cards {...{ conflict, choices, choice, setChoice, names, may }} />
      <Consequences conflict={conflict} choice={choice} />
      {may && alike.length > 0 ? <Alike {...{ alike, names, together, setTogether, chosen }} /> : undefined}
      {may ? (
        <div className="decide">
          <label htmlFor="note" className="unseen">
            Note
          </label>
          <input
            id="note"
            ref={noteField}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            placeholder="Note, for those who ask later (optional)"
            maxLength={4000}
          />
          <button type="submit" className="primary" disabled={!choice || isBusy}>
            {others.length > 0 ? `Decide ${others.length + 1} alike` : 'Decide'} <kbd>Enter</kbd>
          </button>
          <button type="button" onClick={next}>
            Later <kbd>l</kbd>
          </button>
        </div>
      ) : (
        <p className="note">You may read this; deciding it takes the role of a resolver.</p>
      )}
    </form>
  );
}

/** Before it is chosen: what would be written where. */
function Consequences({ conflict, choice }: { readonly conflict: Conflict; readonly choice: Choice | undefined }) {
  const configuration = useConfiguration();
  const record = useRecord(conflict.record).data?.body;
  const linked = Object.keys(record?.systems ?? {});
  const views = useViews(conflict.record, linked);
  if (!choice) return <p className="effects hint">Choose one to see what it does.</p>;
  if (choice.kind === 'join') return <p className="effects">The two become one record, and every system keeps one row of it.</p>;
  if (choice.kind === 'apart') return <p className="effects">Nothing is written. They stay two records, and this is not asked again.</p>;
  if (choice.kind === 'row') return <p className="effects">This row is mirrored from now on; the other stays as it is.</p>;
  if (!configuration || !record || !views) return <p className="effects" aria-busy="true" />;
  return <Effects conflict={conflict} effects={effectsOf(conflict, choice.values, { record, views, configuration })} />;
}

interface Deciding {
  readonly conflict: Conflict;
  readonly etag: string | undefined;
  readonly names: Names;
  readonly next: () => void;
  readonly clear: () => void;
}

/** Sends a decision, goes on to the next, and tells when it has come to every system. */
function useDecision({ conflict, etag, names, next, clear }: Deciding) {
  const { say, change } = useSay();
  const readAnew = useReadAnew();
  const systems = useSystems();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  async function takeBack(ids: readonly string[]): Promise<void> {
    try {
      for (const id of ids) await undo(id);
      say({
        words: ids.length === 1 ? 'Undone: it waits again. What was written stays until it is decided.' : `${ids.length} wait again.`,
      });
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      say({ words: `${cause.message} ${cause.remedy}`, tone: 'bad' });
    }
    await readAnew(['conflicts', 'conflict', 'record']);
  }

  async function follow(saying: number, words: string, beganMs: number, back: () => void): Promise<void> {
    const arrival = await arrivalOf(conflict.record, beganMs).catch(() => undefined);
    if (!arrival) return;
    if (arrival.kind === 'arrived')
      return change(saying, {
        words: `${words} Written to every system in ${(arrival.ms / 1000).toFixed(1)} s.`,
        tone: 'good',
        undo: back,
      });
    const where = listed(arrival.systems.map(systems.name));
    change(saying, {
      words: arrival.kind === 'parked' ? `${words} ${where} refused it: see “Set aside”.` : `${words} On its way to ${where}.`,
      tone: 'bad',
      undo: back,
    });
  }

  async function run(choice: Choice, note: string, others: readonly string[]): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    const beganMs = Date.now();
    try {
      await decide({ id: conflict.id, etag }, choice, note);
      const outcomes = others.length > 0 ? await decideAll(others, choice, note) : [];
      const done = [conflict.id, ...outcomes.filter((one) => !one.problem).map(({ id }) => id)];
      const failed = outcomes.filter((one) => one.problem).length;
      const words = `${sayingOf(conflict, choice, done.length, names)}${failed > 0 ? ` ${counted(failed, 'other')} had been decided by somebody else.` : ''}`;
      const back = (): void => void takeBack(done);
      const saying = say({ words, tone: 'good', ...(conflict.about === undefined ? { undo: back } : {}) });
      clear();
      next();
      await readAnew(['conflicts', 'conflict']);
      if (conflict.about === undefined) await follow(saying, words, beganMs, back);
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      if (wasFirst(cause)) await readAnew(['conflicts', 'conflict', 'record']);
      setProblem(cause);
    } finally {
      setBusy(false);
    }
  }
  return { run, isBusy, problem };
}

function sayingOf(conflict: Conflict, choice: Choice, many: number, names: Names): string {
  if (many > 1) return `${many} decided: ${valuesWords(choice, conflict)}.`;
  const title = titleWords(names.get(conflict.record));
  if (choice.kind === 'side' || choice.kind === 'values')
    return conflict.fields.includes(LIFE)
      ? `${title}: ${valuesWords(choice, conflict).toLowerCase()}.`
      : `${title}: ${fieldsWords(conflict.fields).toLowerCase()} is ${valuesWords(choice, conflict)}.`;
  return `${title}: decided.`;
}

function valuesWords(choice: Choice, conflict: Conflict): string {
  const values: Values = choice.kind === 'side' || choice.kind === 'values' ? choice.values : {};
  return groupWords(values, conflict.fields, 'short');
}
