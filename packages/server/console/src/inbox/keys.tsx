import { useEffect, useRef } from 'react';

const KEYS: readonly (readonly [string, string])[] = [
  ['j  k', 'the next one, the one before'],
  ['1  2  3 …', 'choose'],
  ['e', 'type another value'],
  ['n', 'write a note'],
  ['Enter', 'decide'],
  ['u', 'undo what was decided last'],
  ['l', 'later: on to the next one'],
  ['x', 'mark several, to decide them together'],
  ['o', 'open the record'],
  ['/', 'filter'],
  ['?', 'these keys'],
];

export function Keys({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="keys" onClose={onClose} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {KEYS.map(([key, words]) => (
          <div key={key}>
            <dt>
              {key.split(/\s+/u).map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
