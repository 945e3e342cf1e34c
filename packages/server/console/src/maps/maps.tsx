import { useState } from 'react';
import { Link } from 'wouter';
import { asked, client, Problem, type Configuration, type MapTold } from '../api/client.ts';
import { useConfiguration, useMaps, useReadAnew } from '../api/read.ts';
import { stateWords } from '../overview/needs.ts';
import { Icon } from '../parts/icon.tsx';
import { useSay } from '../parts/said.tsx';
import { System, useSystems } from '../parts/system.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useMay } from '../who.tsx';
import { counted, fieldWords, listed, spaced } from '../words.ts';

/** Each entity: which column is which, by what rule it is decided, and how its flow stands. */
export function Maps({ entity }: { readonly entity: string | undefined }) {
  const configuration = useConfiguration();
  const maps = useMaps();
  if (maps.error instanceof Problem && !maps.data) return <Trouble problem={maps.error} />;
  const entities = Object.keys(configuration?.entities ?? {});
  const here = entity !== undefined && entities.includes(entity) ? entity : entities[0];
  const table = here === undefined ? undefined : configuration?.entities[here];
  return (
    <div className="page maps">
      <h1>Maps</h1>
      <nav className="kinds" aria-label="Kinds of records">
        {entities.map((one) => (
          <Link key={one} href={`/maps/${one}`} aria-current={one === here ? 'page' : undefined}>
            {spaced(one)}
          </Link>
        ))}
      </nav>
      {here !== undefined && table ? (
        <>
          <div className="map-cards">
            {(maps.data?.items ?? [])
              .filter((map) => map.entity === here)
              .map((map) => (
                <MapCard key={map.system} map={map} />
              ))}
          </div>
          <FieldMap entity={here} table={table} />
        </>
      ) : undefined}
    </div>
  );
}

const ACTS = { pause: 'Pause', resume: 'Go on', stop: 'Stop', start: 'Start' } as const;
type Act = keyof typeof ACTS;

function MapCard({ map }: { readonly map: MapTold }) {
  const may = useMay('operator');
  const systems = useSystems();
  const { say } = useSay();
  const readAnew = useReadAnew();
  const [isBusy, setBusy] = useState(false);
  const { entity, system, state, pause, words, guard } = map;

  async function run(asking: Promise<unknown>, done: string, undo?: () => void): Promise<void> {
    setBusy(true);
    try {
      await asking;
      say({ words: done, tone: 'good', ...(undo ? { undo } : {}) });
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      say({ words: `${cause.message} ${cause.remedy}`, tone: 'bad' });
    } finally {
      await readAnew(['maps', 'health']);
      setBusy(false);
    }
  }
  function act(which: Act): void {
    const path = { params: { path: { entity, system } }, body: {} };
    const asking = {
      pause: () => asked(client.POST('/v1/maps/{entity}/{system}/pause', path)),
      resume: () => asked(client.POST('/v1/maps/{entity}/{system}/resume', path)),
      stop: () => asked(client.POST('/v1/maps/{entity}/{system}/stop', path)),
      start: () => asked(client.POST('/v1/maps/{entity}/{system}/start', path)),
    }[which]();
    const back: Act | undefined = which === 'pause' ? 'resume' : which === 'resume' ? 'pause' : undefined;
    const done = which === 'pause' ? 'rests; nothing is lost meanwhile' : which === 'stop' ? 'is stopped' : 'goes on';
    void run(asking, `${spaced(entity)} in ${systems.name(system)} ${done}.`, back ? () => act(back) : undefined);
  }
  function decide(decision: 'pass' | 'refuse'): void {
    const asking = asked(client.POST('/v1/maps/{entity}/{system}/guard', { params: { path: { entity, system } }, body: { decision } }));
    void run(asking, decision === 'pass' ? 'The change is taken.' : 'The change is undone in its system.');
  }
  function compare(): void {
    void run(
      asked(client.POST('/v1/entities/{entity}/resync', { params: { path: { entity } }, body: {} })),
      'Every row is read again, and compared.',
    );
  }

  return (
    <section className="block map-card" aria-label={`${spaced(entity)} in ${systems.name(system)}`}>
      <div className="block-head">
        <h2>
          <System id={system} />
        </h2>
        <span className={state === 'live' ? 'well' : 'odd'}>{state === 'live' ? 'Live' : `It ${stateWords(state)}`}</span>
      </div>
      {words === undefined ? undefined : <p className="words">{words}</p>}
      {pause ? (
        <p className="hint">
          By {pause.by}
          {pause.note === undefined ? '' : `: “${pause.note}”`}
        </p>
      ) : undefined}
      <p className="hint">{flowWords(map)}</p>
      {may ? (
        <div className="acts">
          {guard && guard.length > 0 ? (
            <>
              <button type="button" className="primary" disabled={isBusy} onClick={() => decide('pass')}>
                It is as it should be
              </button>
              <button type="button" disabled={isBusy} onClick={() => decide('refuse')}>
                Undo it there
              </button>
            </>
          ) : undefined}
          {pause ? undefined : (
            <button type="button" disabled={isBusy} onClick={() => act('pause')}>
              <Icon name="pause" /> Pause
            </button>
          )}
          {pause?.kind === 'paused' ? (
            <button type="button" className="primary" disabled={isBusy} onClick={() => act('resume')}>
              <Icon name="play" /> Go on
            </button>
          ) : undefined}
          {pause?.kind === 'off' ? (
            <button type="button" className="primary" disabled={isBusy} onClick={() => act('start')}>
              <Icon name="play" /> Start anew
            </button>
          ) : undefined}
          <button type="button" disabled={isBusy} onClick={compare}>
            <Icon name="again" /> Compare all rows
          </button>
        </div>
      ) : undefined}
    </section>
  );
}

function flowWords({ to, resync, asideRows }: MapTold): string {
  const told = [
    to.due + to.waiting === 0 ? 'Nothing waits to be written' : `${counted(to.due + to.waiting, 'write')} on the way`,
    ...(to.parked > 0 ? [`${to.parked} refused`] : []),
    ...(asideRows > 0 ? [`${counted(asideRows, 'row')} set aside`] : []),
    ...(resync
      ? [
          resync.state === 'done'
            ? `compared: ${counted(resync.rows, 'row')}, ${resync.differing} differed`
            : `comparing: ${counted(resync.rows, 'row')} so far`,
        ]
      : []),
  ];
  return `${told.join(' · ')}.`;
}

type Table = Configuration['entities'][string];

/** Which column is which: two columns with a line between, and on the line what decides. */
function FieldMap({ entity, table }: { readonly entity: string; readonly table: Table }) {
  const systems = Object.keys(table.systems);
  return (
    <section className="block field-map" aria-labelledby="fields-of" tabIndex={0}>
      <div className="block-head">
        <h2 id="fields-of">{counted(Object.keys(table.fields).length, 'field')}</h2>
        <span className="hint">
          Known by {listed(table.key.map((name) => fieldWords(name).toLowerCase()))}
          {table.filter === undefined ? '' : ` · only where ${table.filter}`}
        </span>
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">{spaced(entity)}</th>
            {systems.map((system) => (
              <th key={system} scope="col">
                <System id={system} /> <span className="hint">{table.systems[system]?.set}</span>
              </th>
            ))}
            <th scope="col">Decided by</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(table.fields).map(([name, field]) => (
            <tr key={name}>
              <th scope="row">
                {fieldWords(name)} <span className="hint">{field.type}</span>
              </th>
              {systems.map((system) => {
                const side = field.systems[system];
                return (
                  <td key={system} className={side ? 'wired' : 'none'}>
                    {side ? (
                      <>
                        <code>{side.column}</code>{' '}
                        {side.only === undefined ? undefined : (
                          <span className="badge">{side.only === 'read' ? 'only read' : 'only written'}</span>
                        )}
                      </>
                    ) : (
                      '–'
                    )}
                  </td>
                );
              })}
              <td>
                {policyWords(field)}
                {field.group === undefined ? undefined : <span className="hint"> · with {spaced(field.group).toLowerCase()}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {table.invariants.length > 0 ? (
        <p className="hint">
          Always:{' '}
          {table.invariants.map((check) => (
            <code key={check}>{check}</code>
          ))}
        </p>
      ) : undefined}
    </section>
  );
}

function policyWords({ policy, computed }: Table['fields'][string]): string {
  if (computed !== undefined) return `computed: ${computed}`;
  if (typeof policy === 'string') return policy;
  if (typeof policy !== 'object' || policy === null) return 'latest';
  return Object.entries(policy)
    .map(([name, options]) => `${name}: ${optionWords(options)}`)
    .join(', ');
}

function optionWords(options: unknown): string {
  if (typeof options === 'string' || typeof options === 'number') return String(options);
  if (Array.isArray(options)) return options.map(optionWords).join(' → ');
  if (typeof options !== 'object' || options === null) return '';
  return Object.entries(options)
    .map(([name, value]) => `${name} ${optionWords(value)}`)
    .join('; ');
}
