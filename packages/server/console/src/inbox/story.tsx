import type { Conflict, Edit, Values } from '../api/client.ts';
import { inTime, sameValues } from './choices.ts';
import { clockWords, exactWords } from '../time.ts';
import { authorWords, differingFields, fieldsWords, groupWords, LIFE, type Systems } from '../words.ts';

interface Props {
  readonly conflict: Conflict;
  readonly systems: Systems;
}

/** What happened, as somebody would tell it. */
export function Story({ conflict, systems }: Props) {
  const { sides, fields, about } = conflict;
  if (about !== undefined) return <p className="story">{conflict.reason}.</p>;
  const inOrder = inTime(sides);
  const differing = differingFields(fields, sides);
  return (
    <p className="story">
      {inOrder.map((edit, index) => (
        <Sentence key={`${edit.system} ${edit.at}`} {...{ edit, index, systems, differing, fields }} />
      ))}
      <span className="why">
        {whyWords(conflict)} <span className="hint">{meanwhileWords(conflict, systems)}</span>
      </span>
    </p>
  );
}

interface SentenceProps {
  readonly edit: Edit;
  readonly index: number;
  readonly systems: Systems;
  readonly differing: readonly string[];
  readonly fields: readonly string[];
}

function Sentence({ edit, index, systems, differing, fields }: SentenceProps) {
  const who = authorWords(edit, systems);
  const at = (
    <time dateTime={edit.at} title={exactWords(edit.at)}>
      {clockWords(edit.at, new Date())}
    </time>
  );
  const unaware = index === 0 ? '' : ', before they could see that';
  if (fields.includes(LIFE)) {
    const { [LIFE]: life, ...others } = edit.values;
    return (
      <>
        {who} {life === 'deleted' ? <strong>deleted it</strong> : editedWords(others)} at {at}
        {unaware}.{' '}
      </>
    );
  }
  return (
    <>
      {who} set {index === 0 ? fieldsWords(differing).toLowerCase() : 'it'} to{' '}
      <strong>{groupWords(edit.values, differing, 'short')}</strong> at {at}
      {unaware}.{' '}
    </>
  );
}

function editedWords(values: Values) {
  const fields = Object.keys(values);
  if (fields.length === 0) return <strong>went on with it</strong>;
  return (
    <>
      set {fieldsWords(fields).toLowerCase()} to <strong>{groupWords(values, fields, 'short')}</strong>
    </>
  );
}

/** What each system shows until it is decided. */
function meanwhileWords({ values, sides }: Conflict, systems: Systems): string {
  if (values === undefined) return 'Until somebody decides, each system keeps its own.';
  const shown = sides.find((side) => sameValues(side.values, values));
  return shown
    ? `Until somebody decides, all show what ${systems.name(shown.system)} has.`
    : 'Until somebody decides, all show what was agreed before.';
}

/** Why no rule could decide, without the words of rules. */
function whyWords({ rule, reason }: Conflict): string {
  const told = reason.charAt(0).toUpperCase() + reason.slice(1);
  const end = /[.!?]$/u.test(told) ? '' : '.';
  if (rule === 'manual') return 'Nobody but a person is to decide this.';
  if (rule === 'text') return 'Both rewrote the same words.';
  return `${told}${end}`;
}
