import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Problem } from '../api/client.ts';
import { useHistory, useNames, useRecord } from '../api/read.ts';
import { Icon } from '../parts/icon.tsx';
import { System } from '../parts/system.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { counted, titleOf } from '../words.ts';
import { Fields } from './fields.tsx';
import { Timeline } from './timeline.tsx';
import { Versions } from './versions.tsx';

/** One record: its values as each system has them, and how it came to be so. */
export function RecordPage({ id }: { readonly id: string }) {
  const { data, error } = useRecord(id);
  const history = useHistory(id).data ?? [];
  const named = useNames([id]).get(id);
  const [search, setSearch] = useSearchParams();
  const [field, setField] = useState('');
  if (error instanceof Problem && !data) return <Trouble problem={error} />;
  const record = data?.body;
  if (!record) return <div className="page" aria-busy="true" />;
  const { name, number, what } = titleOf(named);
  const at = Number(search.get('at')) || undefined;
  const from = Number(search.get('from')) || undefined;
  function show(marks: { readonly at?: number | undefined; readonly from?: number | undefined }): void {
    setSearch(
      Object.entries(marks).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
      { replace: true },
    );
  }
  return (
    <div className="page record">
      <header className="record-head">
        <div>
          <p className="kind">{what || record.entity}</p>
          <h1>{[number, name].filter(Boolean).join(' · ') || 'A record'}</h1>
        </div>
        <ul className="chips">
          {record.state === 'live' ? undefined : <li className="chip">{record.state === 'merged' ? 'Goes on as another' : 'Deleted'}</li>}
          <Agreement record={record} />
          {Object.entries(record.systems).map(([system, link]) => (
            <li key={system} className="chip" title={link.key}>
              <System id={system} /> {linkWords(link)}
            </li>
          ))}
        </ul>
      </header>
      {record.mergedInto === undefined ? undefined : (
        <p className="note">
          This record turned out to be the same as another. <Link href={`/records/${record.mergedInto}`}>Go there</Link>
        </p>
      )}
      <Timeline history={history} at={at} from={from} show={show} />
      <div className="record-body">
        <Fields record={record} history={history} at={at} field={field} setField={setField} />
        <Versions record={record} history={history} at={at} from={from} field={field} setField={setField} show={show} />
      </div>
      <p className="foot">
        {counted(record.versions, 'version')} ·{' '}
        <a href={`/v1/records/${id}/document`} download>
          Download its history <span className="hint">(an Automerge document)</span>
        </a>
      </p>
    </div>
  );
}

type RecordTold = NonNullable<ReturnType<typeof useRecord>['data']>['body'];

function Agreement({ record }: { readonly record: RecordTold }) {
  const waiting = record.held.length + (record.asked?.length ?? 0);
  const [first] = record.held;
  if (waiting > 0)
    return (
      <li className="chip wait">
        <Link href={first ? `/inbox/${encodeURIComponent(first.conflict)}` : '/inbox'}>
          <Icon name="inbox" /> {counted(waiting, 'thing waits', 'things wait')} for a decision
        </Link>
      </li>
    );
  const behind = Object.values(record.systems).some((link) => link.planned !== undefined || link.parked !== undefined);
  return behind ? (
    <li className="chip wait">Not the same everywhere yet</li>
  ) : (
    <li className="chip good">
      <Icon name="check" /> The same everywhere
    </li>
  );
}

function linkWords({ state, planned, parked, withheld }: RecordTold['systems'][string]): string {
  if (parked) return 'refused a write';
  if (planned) return 'is being written';
  if (withheld) return 'cannot hold everything';
  if (state === 'present') return 'has it';
  return state === 'unlinked' ? 'is parted from it' : 'does not have it';
}
