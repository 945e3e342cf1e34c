import { useState } from 'react';
import type { Configuration, Conflict, Scalar, Values } from '../api/client.ts';
import { useConfiguration } from '../api/read.ts';
import { useSystems } from '../parts/system.tsx';
import { differingFields, fieldWords, valueWords } from '../words.ts';
import type { Choice } from './choices.ts';

interface Props {
  readonly conflict: Conflict;
  readonly choice: Choice | undefined;
  readonly setChoice: (choice: Choice | undefined) => void;
}

type Draft = Readonly<Record<string, string>>;

/** A value that no side has. What is not changed of a group stays as the first side has it. */
export function OtherValue({ conflict, choice, setChoice }: Props) {
  const configuration = useConfiguration();
  const systems = useSystems();
  const [draft, setDraft] = useState<Draft>({});
  const fields = differingFields(conflict.fields, conflict.sides);
  const first: Values = conflict.sides[0]?.values ?? {};

  function set(field: string, text: string): void {
    const now = { ...draft, [field]: text };
    setDraft(now);
    const typed = Object.entries(now).filter(([, told]) => told !== '');
    if (typed.length === 0) return setChoice(undefined);
    const values = Object.fromEntries(typed.map(([name, told]) => [name, scalarOf(told, typeOf(configuration, conflict.entity, name))]));
    setChoice({ kind: 'values', values: { ...first, ...values } });
  }

  return (
    <div className={`other-value ${choice ? 'chosen' : ''}`}>
      <kbd aria-hidden="true">e</kbd>
      {fields.map((field) => (
        <label key={field}>
          <span>{fields.length === 1 ? 'Another value' : `Another ${fieldWords(field).toLowerCase()}`}</span>
          <Field
            type={typeOf(configuration, conflict.entity, field)}
            values={symbolsOf(configuration, conflict.entity, field)}
            text={draft[field] ?? ''}
            whole={typeof first[field] === 'string' ? first[field] : ''}
            set={(text) => set(field, text)}
          />
        </label>
      ))}
      {conflict.sides
        .filter(({ values }) => fields.length === 1 && String(values[fields[0] ?? ''] ?? '').length > LONG_CHARS)
        .map(({ system, at, values }) => (
          <button key={`${system} ${at}`} type="button" onClick={() => set(fields[0] ?? '', String(values[fields[0] ?? ''] ?? ''))}>
            Start from {systems.name(system)}
          </button>
        ))}
    </div>
  );
}

interface FieldProps {
  readonly type: string;
  readonly values: readonly string[];
  readonly text: string;
  /** What the first side has. */
  readonly whole: string;
  readonly set: (text: string) => void;
}

const LONG_CHARS = 40;

function Field({ type, values, text, whole, set }: FieldProps) {
  if (type === 'yesno' || values.length > 0) {
    const options = type === 'yesno' ? ['true', 'false'] : values;
    return (
      <select value={text} onChange={(event) => set(event.target.value)}>
        <option value="">Choose…</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {type === 'yesno' ? valueWords(option === 'true') : valueWords(option)}
          </option>
        ))}
      </select>
    );
  }
  if (whole.length > LONG_CHARS) return <textarea rows={4} value={text} onChange={(event) => set(event.target.value)} />;
  return (
    <input
      type={type === 'date' ? 'date' : 'text'}
      value={text}
      inputMode={isNumber(type) ? 'decimal' : undefined}
      onChange={(event) => set(event.target.value)}
    />
  );
}

const isNumber = (type: string): boolean => ['integer', 'decimal', 'float'].includes(type);

function typeOf(configuration: Configuration | undefined, entity: string, field: string): string {
  return configuration?.entities[entity]?.fields[field]?.type ?? 'text';
}

/** The symbols of a choice, where the field is one. */
function symbolsOf(configuration: Configuration | undefined, entity: string, field: string): readonly string[] {
  return configuration?.entities[entity]?.fields[field]?.symbols ?? [];
}

/** As the API writes values: numbers of floats and integers, a decimal as text. */
function scalarOf(text: string, type: string): Scalar {
  if (type === 'yesno') return text === 'true';
  return type === 'integer' || type === 'float' ? Number(text) : text;
}
