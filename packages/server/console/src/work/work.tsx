import { useState } from 'react';
import useSWR from 'swr';
import { Link } from 'wouter';
import { asked, client, Problem, type Delivery, type RowAside } from '../api/client.ts';
import { useNames, useReadAnew } from '../api/read.ts';
import { Icon } from '../parts/icon.tsx';
import { useSay } from '../parts/said.tsx';
import { System } from '../parts/system.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../who.tsx';
import { counted, fieldsWords, spaced, titleWords } from '../words.ts';

const SHOWN = 200;

/** What was refused, what waits, and what could not be read: in the system's own words, and the way out. */
export function Work() {
  const parked = useSWR(
    ['work', 'parked'],
    () => asked(client.GET('/v1/deliveries', { params: { query: { state: 'parked', limit: SHOWN } } })),
    { refreshInterval: 5_000 },
  );
  const waiting = useSWR(
    ['work', 'waiting'],
    () => asked(client.GET('/v1/deliveries', { params: { query: { state: 'waiting', limit: SHOWN } } })),
    { refreshInterval: 5_000 },
  );
  const rows = useSWR(['work', 'rows'], () => asked(client.GET('/v1/rows')), { refreshInterval: 10_000 });
  const failures = useSWR(['work', 'failures'], () => asked(client.GET('/v1/failures', { params: { query: { limit: 50 } } })), {
    refreshInterval: 10_000,
  });
  const error: unknown = parked.error;
  const writes = [...(parked.data?.items ?? []), ...(waiting.data?.items ?? [])];
  const names = useNames([...writes.map(({ record }) => record), ...(failures.data?.items ?? []).flatMap(({ record }) => record ?? [])]);
  if (error instanceof Problem && !parked.data) return <Trouble problem={error} />;
  const aside = rows.data?.items ?? [];
  return (
    <div className="page work">
      <h1>Set aside</h1>
      <p className="lead">{leadWords(parked.data?.items.length ?? 0, aside.length)}</p>
      <Writes title="Refused by their system" deliveries={parked.data?.items ?? []} names={names} />
      <Writes title="Waiting for something else" deliveries={waiting.data?.items ?? []} names={names} />
      <Rows rows={aside} />
      {(failures.data?.items.length ?? 0) > 0 ? (
        <section className="block" aria-labelledby="failures">
          <h2 id="failures">What went wrong lately</h2>
          <ul className="told">
            {failures.data?.items.map((failure) => (
              <li key={`${failure.at} ${failure.key ?? failure.record ?? ''} ${failure.code}`}>
                <p>
                  <System id={failure.system} />{' '}
                  {failure.record === undefined ? (
                    spaced(failure.entity)
                  ) : (
                    <Link href={`/records/${failure.record}`}>{titleWords(names.get(failure.record))}</Link>
                  )}{' '}
                  <span className="hint">
                    · <When at={failure.at} />
                  </span>
                </p>
                <p className="words">{failure.words}</p>
              </li>
            ))}
          </ul>
        </section>
      ) : undefined}
    </div>
  );
}

function leadWords(parked: number, rows: number): string {
  if (parked + rows === 0)
    return 'Nothing is set aside. What a system refuses, and what could not be read, is kept here until it is mended.';
  const told = [
    ...(parked > 0 ? [`${counted(parked, 'write was', 'writes were')} refused`] : []),
    ...(rows > 0 ? [`${counted(rows, 'row')} could not be taken`] : []),
  ];
  return `${told.join(', and ')}. Everything else goes on.`;
}

interface WritesProps {
  readonly title: string;
  readonly deliveries: readonly Delivery[];
  readonly names: ReturnType<typeof useNames>;
}

type Decision = 'retry' | 'discard';

function Writes({ title, deliveries, names }: WritesProps) {
  const may = useMay('operator');
  const { say } = useSay();
  const readAnew = useReadAnew();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isBusy, setBusy] = useState(false);
  if (deliveries.length === 0) return undefined;
  const picked = deliveries.filter(({ id }) => chosen.has(id));
  const wanted = picked.length > 0 ? picked : deliveries;

  async function act(decision: Decision): Promise<void> {
    setBusy(true);
    let gone = 0;
    for (const { id } of wanted) {
      const path = { params: { path: { id } }, body: {} };
      const asking =
        decision === 'retry' ? client.POST('/v1/deliveries/{id}/retry', path) : client.POST('/v1/deliveries/{id}/discard', path);
      await asked(asking).catch(() => (gone += 1));
    }
    setChosen(new Set());
    setBusy(false);
    const done = wanted.length - gone;
    say({
      words: `${counted(done, 'write')} ${decision === 'retry' ? 'tried again' : 'given up'}${gone > 0 ? `; ${gone} had moved on by then` : ''}.`,
      tone: gone > 0 ? 'bad' : 'good',
    });
    await readAnew(['work', 'health', 'record']);
  }
  function toggle(id: string): void {
    setChosen(chosen.has(id) ? new Set([...chosen].filter((one) => one !== id)) : new Set([...chosen, id]));
  }

  return (
    <section className="block" aria-label={title}>
      <div className="block-head">
        <h2>{title}</h2>
        {may ? (
          <div className="acts">
            <button type="button" disabled={isBusy} onClick={() => void act('retry')}>
              <Icon name="again" /> Try {wordsFor(picked.length, deliveries.length)} again
            </button>
            <button
              type="button"
              disabled={isBusy || picked.length === 0}
              onClick={() => void act('discard')}
              title={picked.length === 0 ? 'Mark those that are to be given up' : undefined}
            >
              Give up {picked.length > 0 ? picked.length : ''}
            </button>
          </div>
        ) : undefined}
      </div>
      <ul className="told">
        {deliveries.map((delivery) => (
          <li key={delivery.id}>
            {may ? (
              <input
                type="checkbox"
                checked={chosen.has(delivery.id)}
                onChange={() => toggle(delivery.id)}
                aria-label={`Mark ${titleWords(names.get(delivery.record))}`}
              />
            ) : undefined}
            <div>
              <p>
                <Link href={`/records/${delivery.record}`}>
                  <strong>{titleWords(names.get(delivery.record))}</strong>
                </Link>{' '}
                → <System id={delivery.system} /> <span className="hint">{kindWords(delivery)}</span>{' '}
                {delivery.since === undefined ? undefined : (
                  <span className="hint">
                    · <When at={delivery.since} />
                  </span>
                )}
              </p>
              {delivery.words === undefined ? undefined : <p className="words">{delivery.words}</p>}
              <p className="hint">{delivery.next}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function wordsFor(picked: number, all: number): string {
  if (picked > 0) return String(picked);
  return all === 1 ? 'it' : `all ${all}`;
}

function kindWords({ kind, fields }: Delivery): string {
  if (kind === 'update') return `would set ${fieldsWords(fields).toLowerCase()}`;
  return kind === 'create' ? 'would create it' : 'would delete it';
}

function Rows({ rows }: { readonly rows: readonly RowAside[] }) {
  const may = useMay('operator');
  const { say } = useSay();
  const readAnew = useReadAnew();
  if (rows.length === 0) return undefined;
  async function act(row: RowAside, decision: Decision): Promise<void> {
    const body = { system: row.system, entity: row.entity, key: row.key };
    const asking = decision === 'retry' ? client.POST('/v1/rows/retry', { body }) : client.POST('/v1/rows/discard', { body });
    try {
      const told = await asked(asking);
      say({ words: told.still > 0 ? 'It broke again, over the same.' : 'Taken.', tone: told.still > 0 ? 'bad' : 'good' });
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      say({ words: `${cause.message} ${cause.remedy}`, tone: 'bad' });
    }
    await readAnew(['work']);
  }
  return (
    <section className="block" aria-labelledby="rows-title">
      <h2 id="rows-title">Could not be read</h2>
      <ul className="told">
        {rows.map((row) => (
          <li key={`${row.system} ${row.entity} ${row.key}`}>
            <div>
              <p>
                <System id={row.system} /> {spaced(row.entity)} <code>{row.key}</code>{' '}
                <span className="hint">
                  · <When at={row.at} />
                </span>
              </p>
              <p className="words">{row.words}</p>
            </div>
            {may ? (
              <div className="acts">
                <button type="button" onClick={() => void act(row, 'retry')}>
                  Try again
                </button>
                <button type="button" onClick={() => void act(row, 'discard')}>
                  Take off the list
                </button>
              </div>
            ) : undefined}
          </li>
        ))}
      </ul>
    </section>
  );
}
