import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Blame, Change, RecordTold, Scalar, Values } from '../api/client.ts';
import { useBlame, useConfiguration, useNames, useViews, type Names } from '../api/read.ts';
import { Icon } from '../parts/icon.tsx';
import { System, useSystems } from '../parts/system.tsx';
import { When } from '../parts/when.tsx';
import { authorWords, fieldWords, titleWords, valueWords } from '../words.ts';
import { valuesAt } from './past.ts';
import { isOfSeveral, WrittenBy } from './written.tsx';

interface Props {
  readonly record: RecordTold;
  readonly history: readonly Change[];
  /** The version to which the slider points; absent: now. */
  readonly at: number | undefined;
  readonly field: string;
  readonly setField: (field: string) => void;
}

/** Field by field: what stands, what each system holds where that differs, who set it, and why. */
export function Fields({ record, history, at, field, setField }: Props) {
  const configuration = useConfiguration();
  const systems = useMemo(() => Object.keys(record.systems), [record.systems]);
  const views = useViews(record.id, systems);
  const blame = useBlame(record.id);
  const table = configuration?.entities[record.entity];
  const then: Values | undefined = useMemo(() => (at === undefined ? undefined : valuesAt(history, at)), [history, at]);
  const names = Object.keys(record.values);
  const isReference = (name: string): boolean => table?.fields[name]?.type === 'reference';
  const references = useNames(
    names.filter(isReference).flatMap((name) => [record.values[name], then?.[name]].filter((id) => typeof id === 'string')),
  );
  const words = (name: string, value: Scalar | undefined) =>
    isReference(name) && typeof value === 'string' ? <Reference id={value} names={references} /> : valueWords(value);
  const holdsOf = (name: string, system: string): Scalar | undefined => views?.get(system)?.fields.find((one) => one.field === name)?.holds;

  return (
    <section className="fields" aria-labelledby="fields-title">
      <h2 id="fields-title">{at === undefined ? 'Values' : `Values as of version ${at}`}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">{at === undefined ? 'Agreed' : 'Then'}</th>
            {at === undefined ? (
              systems.map((system) => (
                <th key={system} scope="col">
                  <System id={system} />
                </th>
              ))
            ) : (
              <th scope="col">Now</th>
            )}
            <th scope="col">Set by</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const told = blame?.find((one) => one.field === name);
            const isHeld = record.held.some(({ fields }) => fields.includes(name));
            return (
              <tr key={name} className={`${isHeld ? 'held' : ''} ${field === name ? 'here' : ''}`}>
                <th scope="row">
                  <button
                    type="button"
                    className="quiet"
                    aria-pressed={field === name}
                    onClick={() => setField(field === name ? '' : name)}
                  >
                    {fieldWords(name)}
                  </button>
                  {isHeld ? <span className="badge">waits</span> : undefined}
                </th>
                <td>
                  {at === undefined && told?.runs && isOfSeveral(told) ? (
                    <WrittenBy runs={told.runs} />
                  ) : (
                    words(name, at === undefined ? record.values[name] : then?.[name])
                  )}
                </td>
                {at === undefined ? (
                  systems.map((system) => (
                    <Holds
                      key={system}
                      merged={record.values[name]}
                      holds={holdsOf(name, system)}
                      words={(value) => words(name, value)}
                      isMapped={table?.fields[name]?.systems[system] !== undefined}
                    />
                  ))
                ) : (
                  <td className={same(then?.[name], record.values[name]) ? 'same' : 'differs'}>
                    {same(then?.[name], record.values[name]) ? 'the same' : words(name, record.values[name])}
                  </td>
                )}
                <td className="blame">{told ? <SetBy blame={told} /> : undefined}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function same(a: Scalar | undefined, b: Scalar | undefined): boolean {
  return (a ?? null) === (b ?? null);
}

function Reference({ id, names }: { readonly id: string; readonly names: Names }) {
  return <Link href={`/records/${id}`}>{titleWords(names.get(id))}</Link>;
}

interface HoldsProps {
  readonly merged: Scalar | undefined;
  readonly holds: Scalar | undefined;
  readonly words: (value: Scalar | undefined) => React.ReactNode;
  readonly isMapped: boolean;
}

/** What a system holds: a mark where it is the same, the value where it is not. */
function Holds({ merged, holds, words, isMapped }: HoldsProps) {
  if (!isMapped)
    return (
      <td className="none">
        <span title="This system does not have the field">–</span>
      </td>
    );
  if (holds === undefined) return <td className="none">not known</td>;
  if (same(merged, holds))
    return (
      <td className="same">
        <Icon name="check" />
        <span className="unseen">the same</span>
      </td>
    );
  return <td className="differs">{words(holds)}</td>;
}

function SetBy({ blame }: { readonly blame: Blame }) {
  const systems = useSystems();
  const { system, at, reason, rule, by } = blame;
  if (system === undefined) return undefined;
  return (
    <span title={reason === undefined ? 'Nobody else had set it' : `${rule ?? ''}: ${reason}`}>
      {authorWords({ system, by }, systems)}
      {at === undefined ? undefined : (
        <>
          , <When at={at} />
        </>
      )}
      {reason === undefined ? undefined : <span className="reason"> · {reason}</span>}
    </span>
  );
}
