import { useEffect, useRef, useState, type FormEvent } from 'react';
import useSWR from 'swr';
import { asked, bearCsrf, client, Problem } from './api/client.ts';
import { Icon } from './parts/icon.tsx';

interface Props {
  /** The secret of a link that signs in once. */
  readonly once: string | undefined;
  readonly onIn: () => Promise<unknown>;
  /** They were signed in a moment ago, and are asked again. */
  readonly wasIn: boolean;
}

export function SignIn({ once, onIn, wasIn }: Props) {
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(once !== undefined);
  const ways = useSWR(['ways'], () => asked(client.GET('/v1/session/ways'))).data?.ways;
  const failed = new URLSearchParams(location.hash.slice(1)).get('failed');
  const isTried = useRef(false);

  async function enter(body: { readonly key: string } | { readonly once: string }): Promise<void> {
    setBusy(true);
    try {
      bearCsrf((await asked(client.POST('/v1/session', { body }))).csrf);
      if (location.pathname === '/sign-in') history.replaceState(null, '', '/');
      await onIn();
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      // It signs in once: nobody is to find it in the address, or try it again.
      history.replaceState(null, '', location.pathname === '/sign-in' ? '/' : location.href);
      setProblem(cause);
      setBusy(false);
    }
  }

  useEffect(() => {
    if (once === undefined || isTried.current) return;
    isTried.current = true;
    void enter({ once });
  });

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    if (typeof key === 'string' && key !== '') void enter({ key });
  }

  return (
    <main className="sign-in">
      <form className="card" onSubmit={submit} aria-busy={isBusy}>
        <h1>
          <span className="brand-mark" aria-hidden="true" /> Sign in to Concord
        </h1>
        {wasIn && !problem ? <p className="note">Your session has ended. Sign in again, and go on where you were.</p> : undefined}
        {failed !== null && !problem ? (
          <p className="note bad" role="alert">
            {failed}
          </p>
        ) : undefined}
        {problem ? (
          <p className="note bad" role="alert">
            {problem.code === 'KEY_MISSING' ? 'That key is not known, or was revoked.' : `${problem.message} ${problem.remedy}`}
          </p>
        ) : undefined}
        <label htmlFor="key">API key</label>
        <input
          id="key"
          name="key"
          type="password"
          autoComplete="current-password"
          placeholder="concord_…"
          spellCheck={false}
          disabled={isBusy}
          autoFocus
        />
        <button type="submit" className="primary" disabled={isBusy}>
          Sign in <Icon name="arrow" />
        </button>
        {ways?.includes('oidc') === true ? (
          <a
            className="provider"
            href={`/v1/session/oidc?to=${encodeURIComponent(location.pathname === '/sign-in' ? '/' : location.pathname + location.search)}`}
          >
            Sign in with your organization
          </a>
        ) : undefined}
        <p className="hint">
          Whoever runs Concord makes a key with <code>concord keys add</code>.
        </p>
      </form>
    </main>
  );
}
