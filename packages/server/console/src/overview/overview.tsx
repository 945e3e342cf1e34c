import useSWR from 'swr';
import { Link } from 'wouter';
import { asked, client, Problem, type MapTold } from '../api/client.ts';
import { useConflicts, useHealth, useMaps } from '../api/read.ts';
import { Icon } from '../parts/icon.tsx';
import { Spark } from '../parts/spark.tsx';
import { System, useSystems } from '../parts/system.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useNow } from '../parts/when.tsx';
import { durationWords } from '../time.ts';
import { counted, spaced } from '../words.ts';
import { needsOf, sentenceOf, stateWords } from './needs.ts';

const TRENDS_MS = 10_000;

/** In one look: whether all is well, what is not, and where that is mended. */
export function Overview() {
  const maps = useMaps();
  const held = useConflicts('held').data;
  const health = useHealth();
  const trends = useSWR(['trends'], () => asked(client.GET('/v1/trends')), { refreshInterval: TRENDS_MS, keepPreviousData: true }).data;
  const systems = useSystems();
  const now = useNow();
  if (maps.error instanceof Problem && !maps.data) return <Trouble problem={maps.error} />;
  const items = maps.data?.items;
  if (!items || !held || !health) return <div className="page" aria-busy="true" />;
  const needs = needsOf({ maps: items, held, health, systems });
  const entities = [...new Set(items.map(({ entity }) => entity))];
  return (
    <div className="page overview">
      <h1 className="sentence">{sentenceOf({ maps: items, held, nowMs: now })}</h1>
      {needs.length > 0 ? (
        <ul className="needs" aria-label="What needs somebody">
          {needs.map((need) => (
            <li key={need.to + need.words} className={need.tone}>
              <Link href={need.to}>
                <Icon name={need.tone === 'bad' ? 'warning' : 'inbox'} />
                <span>{need.words}</span>
                <Icon name="right" />
              </Link>
            </li>
          ))}
        </ul>
      ) : undefined}
      <SystemChips health={health} maps={items} />
      <section className="block">
        <h2 id="lanes-title">Flow</h2>
        <div className="flow-scroller" role="region" aria-labelledby="lanes-title" tabIndex={0}>
          <table className="flow">
            <thead>
              <tr>
                <th scope="col">What</th>
                {systems.ids.map((system) => (
                  <th key={system} scope="col">
                    To <System id={system} />
                  </th>
                ))}
                <th scope="col">Edits a minute</th>
                <th scope="col">Conflicts</th>
                <th scope="col">Waiting</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {entities.map((entity) => {
                const own = items.filter((map) => map.entity === entity);
                const series = trends?.entities.find((one) => one.entity === entity);
                const every = trends?.everySeconds ?? 10;
                const waiting = held.filter((one) => one.entity === entity).length;
                return (
                  <tr key={entity}>
                    <th scope="row">
                      <Link href={`/maps/${entity}`}>{spaced(entity)}</Link>
                    </th>
                    {systems.ids.map((system) => (
                      <td key={system} data-label={`To ${systems.name(system)}`}>
                        <Lag
                          map={own.find((map) => map.system === system)}
                          lags={trends?.maps.find((one) => one.entity === entity && one.system === system)?.to ?? []}
                          every={every}
                        />
                      </td>
                    ))}
                    <td data-label="Edits a minute">
                      <span className="number">{perMinute(series?.versions ?? [], every)}</span>
                      <Spark label="Edits, over the last hours" values={series?.versions ?? []} />
                    </td>
                    <td data-label="Conflicts">
                      <span className="number">{(series?.conflicts ?? []).reduce((sum, one) => sum + one, 0)}</span>
                      <Spark label="Conflicts, over the last hours" values={series?.conflicts ?? []} />
                    </td>
                    <td data-label="Waiting">
                      {waiting > 0 ? <Link href={`/inbox?entity=${entity}`}>{waiting}</Link> : <span className="hint">0</span>}
                    </td>
                    <td data-label="State">
                      <States maps={own} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
}

const MINUTE_SECONDS = 60;

function perMinute(values: readonly number[], everySeconds: number): number {
  const many = Math.round(MINUTE_SECONDS / everySeconds);
  return values.slice(-many).reduce((sum, one) => sum + one, 0);
}

interface LagProps {
  readonly map: MapTold | undefined;
  readonly lags: readonly number[];
  readonly every: number;
}

function Lag({ map, lags }: LagProps) {
  if (!map) return <span className="hint">–</span>;
  const { lagSeconds, due, waiting, parked } = map.to;
  const queue = [
    ...(due > 0 ? [`${due} on their way`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(parked > 0 ? [`${parked} refused`] : []),
  ];
  return (
    <>
      <span className={`number ${lagSeconds > 60 ? 'behind' : ''}`}>
        {lagSeconds < 1 ? 'up to date' : `${durationWords(lagSeconds * 1000)} behind`}
      </span>
      <Spark label="How far behind, over the last hours" values={lags} />
      {queue.length > 0 ? <span className="hint">{queue.join(', ')}</span> : undefined}
    </>
  );
}

function States({ maps }: { readonly maps: readonly MapTold[] }) {
  const odd = maps.filter(({ state }) => state !== 'live');
  if (odd.length === 0)
    return (
      <span className="well">
        <Icon name="check" /> Live
      </span>
    );
  return (
    <>
      {odd.map((map) => (
        <span key={map.system} className="odd" title={map.words}>
          <System id={map.system} /> {stateWords(map.state)}
        </span>
      ))}
    </>
  );
}

interface ChipsProps {
  readonly health: object;
  readonly maps: readonly MapTold[];
}

/** Each system: whether it answers, and what waits for it. */
function SystemChips({ health, maps }: ChipsProps) {
  const systems = useSystems();
  const deliveries = 'deliveries' in health && Array.isArray(health.deliveries) ? health.deliveries : [];
  return (
    <ul className="chips" aria-label="Systems">
      {systems.ids.map((system) => {
        const queue = deliveries.find(
          (one: unknown) => typeof one === 'object' && one !== null && 'system' in one && one.system === system,
        );
        const circuit = queue?.circuit?.state;
        const own = maps.filter((map) => map.system === system);
        const isWell = circuit === 'closed' || circuit === undefined;
        return (
          <li key={system} className={`chip ${isWell ? '' : 'wait'}`}>
            <System id={system} /> {isWell ? 'answers' : 'does not answer'}
            <span className="hint">
              ·{' '}
              {counted(
                own.reduce((sum, map) => sum + map.to.due + map.to.waiting, 0),
                'write',
              )}{' '}
              under way
            </span>
          </li>
        );
      })}
    </ul>
  );
}
