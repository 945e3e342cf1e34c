import { useId, type ReactNode } from 'react';
import type { Conflict, Edit } from '../api/client.ts';
import type { Names } from '../api/read.ts';
import { Differing } from '../parts/differing.tsx';
import { System, useSystems } from '../parts/system.tsx';
import { When } from '../parts/when.tsx';
import { authorWords, differingFields, fieldWords, groupWords, LIFE, titleWords, valueWords } from '../words.ts';
import type { Choice } from './choices.ts';
import { OtherValue } from './other-value.tsx';

interface Props {
  readonly conflict: Conflict;
  readonly choices: readonly Choice[];
  readonly choice: Choice | undefined;
  readonly setChoice: (choice: Choice | undefined) => void;
  readonly names: Names;
  readonly may: boolean;
}

export function Cards({ conflict, choices, choice, setChoice, names, may }: Props) {
  const group = useId();
  const { base, fields, about } = conflict;
  const differing = differingFields(fields, conflict.sides);
  const isTyped = choice?.kind === 'values' && !choices.includes(choice);
  return (
    <fieldset className="cards" disabled={!may}>
      <legend>{about === undefined ? 'Which one is right?' : 'What is true?'}</legend>
      {base && about === undefined && !fields.includes(LIFE) ? (
        <p className="base">
          Before both: <span>{groupWords(base, differing)}</span>
        </p>
      ) : undefined}
      <div className="two">
        {choices.map((one, index) => (
          <label key={JSON.stringify(one)} className={`card choice ${choice === one ? 'chosen' : ''}`}>
            <input type="radio" name={group} checked={choice === one} onChange={() => setChoice(one)} />
            <kbd aria-hidden="true">{index + 1}</kbd>
            <Card choice={one} conflict={conflict} differing={differing} names={names} />
          </label>
        ))}
      </div>
      {about === undefined && !fields.includes(LIFE) ? (
        <OtherValue conflict={conflict} choice={isTyped ? choice : undefined} setChoice={setChoice} />
      ) : undefined}
    </fieldset>
  );
}

interface CardProps {
  readonly choice: Choice;
  readonly conflict: Conflict;
  readonly differing: readonly string[];
  readonly names: Names;
}

function Card({ choice, conflict, differing, names }: CardProps) {
  switch (choice.kind) {
    case 'side':
      return (
        <Side edits={choice.edits}>
          <Told {...{ choice, conflict, differing }} />
        </Side>
      );
    case 'values':
      if (choice.edits) return <Side edits={choice.edits}>{choice.values[LIFE] === 'deleted' ? 'Delete it everywhere' : 'Keep it'}</Side>;
      return (
        <span className="side">
          <span className="from">Both together</span>
          <span className="value text">{groupWords(choice.values, conflict.fields)}</span>
        </span>
      );
    case 'join':
      return (
        <span className="side">
          <span className="from">They are the same</span>
          <span className="value">{titleWords(names.get(choice.record))}</span>
        </span>
      );
    case 'apart':
      return (
        <span className="side">
          <span className="from">They are different</span>
          <span className="value">None of them</span>
        </span>
      );
    case 'row':
      return (
        <span className="side">
          <span className="from">This row is the one</span>
          <span className="value">{choice.key}</span>
        </span>
      );
  }
}

function Side({ edits, children }: { readonly edits: readonly Edit[]; readonly children: ReactNode }) {
  const systems = useSystems();
  return (
    <span className="side">
      <span className="from">
        {edits.map((edit) => (
          <span key={`${edit.system} ${edit.at}`}>
            <System id={edit.system} /> {authorWords(edit, systems).startsWith('Somebody in') ? '' : authorWords(edit, systems)}{' '}
            <When at={edit.at} />
          </span>
        ))}
      </span>
      <span className="value">{children}</span>
    </span>
  );
}

/** The value of a side; of a text, with the words marked that are another's than before. */
function Told({
  choice,
  conflict,
  differing,
}: {
  readonly choice: Extract<Choice, { kind: 'side' }>;
  readonly conflict: Conflict;
  readonly differing: readonly string[];
}) {
  const [field] = differing;
  if (differing.length === 1 && field !== undefined) {
    const [now, before] = [choice.values[field], conflict.base?.[field]];
    if (typeof now === 'string' && typeof before === 'string' && now.includes(' ')) return <Differing before={before} after={now} />;
    return valueWords(now);
  }
  return (
    <span className="several">
      {differing.map((name) => (
        <span key={name}>
          <span className="label">{fieldWords(name)}</span> {valueWords(choice.values[name])}
        </span>
      ))}
    </span>
  );
}
