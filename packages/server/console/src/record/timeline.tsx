import { useEffect, useMemo, useRef } from 'react';
import type { Change } from '../api/client.ts';
import { System, useSystems } from '../parts/system.tsx';
import { clockWords, exactWords } from '../time.ts';
import { authorWords, fieldsWords, type Systems } from '../words.ts';
import { bandsOf, CONCORD, marksOf, PEOPLE, type Mark } from './marks.ts';

interface Props {
  readonly history: readonly Change[];
  readonly at: number | undefined;
  readonly from: number | undefined;
  readonly show: (marks: { readonly at?: number | undefined; readonly from?: number | undefined }) => void;
}

/** A version takes so much room: they stand in the order in which Concord heard of them, whatever time lies between. */
const STEP_PX = 56;
/** So many marks are drawn; older ones are reached by the list. */
const VERSIONS_MAX = 200;

/** Each system, Concord and people in lanes. What did not know of each other stands in one tinted band. */
export function Timeline({ history, at, from, show }: Props) {
  const systems = useSystems();
  const scroller = useRef<HTMLDivElement>(null);
  const recent = useMemo(() => history.slice(-VERSIONS_MAX), [history]);
  const marks = useMemo(() => marksOf(recent), [recent]);
  const bands = useMemo(() => bandsOf(recent), [recent]);
  const authors = new Set(marks.map(({ lane }) => lane));
  const lanes = [...systems.ids, CONCORD, PEOPLE].filter((lane) => lane === CONCORD || systems.ids.includes(lane) || authors.has(lane));
  const first = recent[0]?.version ?? 1;
  const last = recent.at(-1)?.version ?? 1;
  const x = (version: number): number => (version - first + 0.5) * STEP_PX;
  const shown = at ?? last;
  useEffect(() => {
    const box = scroller.current;
    if (box) box.scrollLeft = x(shown) - box.clientWidth / 2;
  });

  return (
    <section className="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title" className="unseen">
        Timeline
      </h2>
      <div className="lanes-names" aria-hidden="true">
        {lanes.map((lane) => (
          <div key={lane}>
            <System id={lane} />
          </div>
        ))}
      </div>
      <div className="lanes-scroller" ref={scroller}>
        <div className="lanes" style={{ width: Math.max(1, last - first + 1) * STEP_PX }}>
          {bands.map((band) => (
            <div
              key={band.from}
              className="band"
              style={{ left: x(band.from) - STEP_PX / 2 + 4, width: (band.to - band.from + 1) * STEP_PX - 8 }}
              title="These edits did not know of each other"
            />
          ))}
          {at === undefined ? undefined : <div className="needle" style={{ left: x(at) }} />}
          {lanes.map((lane) => (
            <div key={lane} className="lane">
              {marks
                .filter((mark) => mark.lane === lane)
                .map((mark) => (
                  <MarkButton
                    key={`${mark.version} ${mark.kind}`}
                    mark={mark}
                    left={x(mark.version)}
                    systems={systems}
                    isHere={mark.version === at || mark.version === from}
                    onPick={(isSecond) =>
                      isSecond && at !== undefined && at !== mark.version
                        ? show({ from: Math.min(at, mark.version), at: Math.max(at, mark.version) })
                        : show({ at: mark.version === at ? undefined : mark.version })
                    }
                  />
                ))}
            </div>
          ))}
          <div className="times" aria-hidden="true">
            {recent.map((change, index) => (
              <span key={change.version} style={{ left: x(change.version) }}>
                {index === 0 || clockWords(change.at, new Date()) !== clockWords(recent[index - 1]?.at ?? '', new Date())
                  ? clockWords(change.at, new Date())
                  : ''}
              </span>
            ))}
          </div>
        </div>
      </div>
      <label className="slider">
        <span>
          {at === undefined
            ? 'As it is now'
            : `As Concord knew it with version ${at}, ${clockWords(recent.find((one) => one.version === at)?.at ?? '', new Date(), true)}`}
        </span>
        <input
          type="range"
          min={first}
          max={last}
          value={shown}
          onChange={(event) => show({ at: Number(event.target.value) === last ? undefined : Number(event.target.value) })}
          aria-valuetext={at === undefined ? 'now' : `version ${at}`}
        />
      </label>
    </section>
  );
}

interface MarkProps {
  readonly mark: Mark;
  readonly left: number;
  readonly systems: Systems;
  readonly isHere: boolean;
  readonly onPick: (isSecond: boolean) => void;
}

function MarkButton({ mark, left, systems, isHere, onPick }: MarkProps) {
  const words = markWords(mark, systems);
  const place = systems.ids.indexOf(mark.lane);
  return (
    <button
      type="button"
      className={`mark ${mark.kind} ${place < 0 ? '' : `s${place % 6}`} ${isHere ? 'here' : ''}`}
      style={{ left }}
      title={`${words}\n${exactWords(mark.at)}\nShift-click another to compare`}
      aria-label={words}
      onClick={(event) => onPick(event.shiftKey)}
    >
      <span aria-hidden="true" />
    </button>
  );
}

function markWords({ kind, fields, change, version }: Mark, systems: Systems): string {
  const what = fieldsWords([...new Set(fields)].slice(0, 4));
  if (kind === 'held') return `Version ${version}: ${what} waits for a person`;
  if (kind === 'merged') return `Version ${version}: Concord merged ${what.toLowerCase()}`;
  const who = authorWords(change, systems);
  return `Version ${version}: ${who} ${kind === 'ruling' ? 'decided' : 'set'} ${what.toLowerCase()}`;
}
