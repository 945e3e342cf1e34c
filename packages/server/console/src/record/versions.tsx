import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { asked, client, Problem, type Change, type RecordTold, type Scalar } from '../api/client.ts';
import { useHistory, useReadAnew } from '../api/read.ts';
import { Differing } from '../parts/differing.tsx';
import { Icon } from '../parts/icon.tsx';
import { useSay } from '../parts/said.tsx';
import { System, useSystems } from '../parts/system.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../who.tsx';
import { authorWords, differingFields, fieldsWords, fieldWords, groupWords, LIFE, valueWords } from '../words.ts';
import { Value } from './value.tsx';
import { fieldsOf, valuesAt, versionTelling } from './past.ts';

interface Props {
  readonly record: RecordTold;
  readonly history: readonly Change[];
  readonly at: number | undefined;
  readonly from: number | undefined;
  readonly field: string;
  readonly setField: (field: string) => void;
  readonly show: (marks: { readonly at?: number | undefined; readonly from?: number | undefined }) => void;
}

/** The versions, latest first: of one field, or of all; or what changed between two. */
export function Versions({ record, history, at, from, field, setField, show }: Props) {
  const list = useMemo(() => history.filter((change) => field === '' || fieldsOf(change).includes(field)).toReversed(), [history, field]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: list.length, getScrollElement: () => scroller.current, estimateSize: () => 96, overscan: 6 });
  return (
    <section className="versions" aria-labelledby="versions-title">
      <h2 id="versions-title">
        {field === '' ? 'What happened' : `What happened to ${fieldWords(field).toLowerCase()}`}
        {field === '' ? undefined : (
          <button type="button" className="quiet" onClick={() => setField('')}>
            <Icon name="close" /> All fields
          </button>
        )}
      </h2>
      {from !== undefined && at !== undefined ? <Between {...{ history, from, at }} onClose={() => show({})} /> : undefined}
      <div className="version-rows" ref={scroller}>
        <ol style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const change = list[index];
            if (!change) return undefined;
            return (
              <li
                key={key}
                data-index={index}
                ref={rows.measureElement}
                style={{ transform: `translateY(${start}px)` }}
                className={change.version === at ? 'here' : ''}
              >
                <Version change={change} record={record} field={field} />
              </li>
            );
          })}
        </ol>
      </div>
    </section>
  );
}

interface BetweenProps {
  readonly history: readonly Change[];
  readonly from: number;
  readonly at: number;
  readonly onClose: () => void;
}

/** Two versions held against each other, word by word. */
function Between({ history, from, at, onClose }: BetweenProps) {
  const [before, after] = [valuesAt(history, from), valuesAt(history, at)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => (before[name] ?? null) !== (after[name] ?? null),
  );
  return (
    <div className="between card">
      <h3>
        From version {from} to version {at}
        <button type="button" className="quiet" onClick={onClose} aria-label="Close">
          <Icon name="close" />
        </button>
      </h3>
      {names.length === 0 ? <p className="hint">Nothing differs between them.</p> : undefined}
      <dl>
        {names.map((name) => (
          <div key={name}>
            <dt>{fieldWords(name)}</dt>
            <dd>
              <Differing before={valueWords(before[name])} after={valueWords(after[name])} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Version({ change, record, field }: { readonly change: Change; readonly record: RecordTold; readonly field: string }) {
  const systems = useSystems();
  const { version, system, at, note, edits, resolutions } = change;
  const shown = edits.filter(({ values }) => field === '' || field in values);
  return (
    <article className="version">
      <p className="who">
        <System id={system} />
        <span>{system === 'concord' ? '' : authorWords(change, systems)}</span>
        <span className="hint">
          {version} · <When at={at} />
        </span>
      </p>
      {note === undefined ? undefined : <blockquote>{note}</blockquote>}
      {shown.map((edit) =>
        Object.entries(edit.values)
          .filter(
            ([name, value]) =>
              (field === '' || name === field) &&
              !(name === LIFE && value === 'live' && edit.before === undefined) &&
              (edit.before === undefined || edit.before[name] !== value),
          )
          .map(([name, value]) => (
            <Changed
              key={name}
              name={name}
              before={edit.before?.[name]}
              after={value}
              isFirst={edit.before === undefined}
              record={record}
              version={version}
            />
          )),
      )}
      {resolutions
        .filter(({ fields }) => field === '' || fields.includes(field))
        .map((resolution) => {
          const differing = differingFields(resolution.fields, resolution.sides);
          return (
            <div key={resolution.fields.join(' ')} className={`resolution ${resolution.state}`}>
              <p>
                <strong>{fieldsWords(differing)}</strong>{' '}
                {resolution.state === 'held' ? 'waits for a person' : <>became {groupWords(resolution.values ?? {}, differing, 'short')}</>}
                <span className="reason"> · {resolution.reason}</span>
              </p>
              {resolution.losers.map((loser) => (
                <Lost key={`${loser.system} ${loser.at}`} {...{ loser, differing, record }} version={versionOf(loser, change)} />
              ))}
            </div>
          );
        })}
    </article>
  );
}

/** Where a side of the decision was set, this version tells it itself, or another did. */
function versionOf(loser: Change['edits'][number], change: Change): number | undefined {
  return change.edits.some((edit) => edit.system === loser.system && edit.at === loser.at) ? change.version : undefined;
}

interface LostProps {
  readonly loser: Change['edits'][number];
  readonly differing: readonly string[];
  readonly record: RecordTold;
  readonly version: number | undefined;
}

function Lost({ loser, differing, record, version }: LostProps) {
  const systems = useSystems();
  const [name] = differing;
  return (
    <p className="lost">
      {authorWords(loser, systems)} lost: <del>{groupWords(loser.values, differing, 'short')}</del>
      {version !== undefined && name !== undefined ? <Restore {...{ record, name, version }} value={loser.values[name]} /> : undefined}
    </p>
  );
}

interface ChangedProps {
  readonly name: string;
  readonly before: Scalar | undefined;
  readonly after: Scalar;
  readonly isFirst: boolean;
  readonly record: RecordTold;
  readonly version: number;
}

function Changed({ name, before, after, isFirst, record, version }: ChangedProps) {
  const isText = typeof before === 'string' && typeof after === 'string' && before.includes(' ') && after.includes(' ');
  return (
    <p className="changed">
      <span className="label">{fieldWords(name)}</span>{' '}
      {isFirst ? (
        <Value entity={record.entity} field={name} value={after} />
      ) : isText ? (
        <Differing before={before} after={after} />
      ) : (
        <>
          <del>
            <Value entity={record.entity} field={name} value={before} />
          </del>{' '}
          <ins>
            <Value entity={record.entity} field={name} value={after} />
          </ins>
        </>
      )}
      {(record.values[name] ?? null) === after || name === LIFE ? undefined : <Restore {...{ record, name, version }} value={after} />}
    </p>
  );
}

interface RestoreProps {
  readonly record: RecordTold;
  readonly name: string;
  readonly version: number;
  readonly value: Scalar | undefined;
}

/** Has a past value stand again, at once; what stood is one more version, and is restored the same way. */
function Restore({ record, name, version, value }: RestoreProps) {
  const may = useMay('resolver');
  const { say } = useSay();
  const readAnew = useReadAnew();
  const [isBusy, setBusy] = useState(false);
  const history = useHistory(record.id).data ?? [];
  if (!may) return undefined;
  const stood = versionTelling(history, name, record.values[name]);

  async function restore(from: number): Promise<void> {
    await asked(
      client.POST('/v1/records/{id}/fields/{field}/restore', { params: { path: { id: record.id, field: name } }, body: { version: from } }),
    );
    await readAnew(['record', 'history', 'blame', 'view', 'conflicts'], record.id);
  }
  async function act(): Promise<void> {
    setBusy(true);
    try {
      await restore(version);
      const words = `${fieldWords(name)} is ${valueWords(value, 'short')} again, and on its way to every system.`;
      say({ words, tone: 'good', ...(stood === undefined ? {} : { undo: () => void restore(stood) }) });
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      say({ words: `${cause.message} ${cause.remedy}`, tone: 'bad' });
    } finally {
      setBusy(false);
    }
  }
  return (
    <button
      type="button"
      className="restore"
      disabled={isBusy}
      onClick={() => void act()}
      aria-label={`Restore ${fieldWords(name)}: ${valueWords(value, 'short')}`}
    >
      <Icon name="restore" /> Restore
    </button>
  );
}
