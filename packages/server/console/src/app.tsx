import { lazy, Suspense, useEffect } from 'react';
import { SWRConfig, useSWRConfig } from 'swr';
import { Redirect, Route, Switch } from 'wouter';
import { bearCsrf, Problem, whenSignedOut } from './api/client.ts';
import { useSession } from './api/read.ts';
import { useNews } from './api/stream.ts';
import { Inbox } from './inbox/inbox.tsx';
import { Overview } from './overview/overview.tsx';
import { Said } from './parts/said.tsx';
import { Trouble } from './parts/trouble.tsx';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';
import { Who } from './who.tsx';

const RecordPage = lazy(async () => ({ default: (await import('./record/page.tsx')).RecordPage }));
const RecordList = lazy(async () => ({ default: (await import('./record/list.tsx')).RecordList }));
const Work = lazy(async () => ({ default: (await import('./work/work.tsx')).Work }));
const Maps = lazy(async () => ({ default: (await import('./maps/maps.tsx')).Maps }));

export function App() {
  return (
    <SWRConfig
      value={{ errorRetryInterval: 3_000, shouldRetryOnError: (cause: unknown) => cause instanceof Problem && cause.status === 0 }}
    >
      <Said>
        <Gate />
      </Said>
    </SWRConfig>
  );
}

/** Whoever is not signed in signs in where they are, and goes on there. */
function Gate() {
  const { data: session, error, mutate } = useSession();
  const { mutate: everything } = useSWRConfig();
  useEffect(() => whenSignedOut(() => void mutate()), [mutate]);
  bearCsrf(session?.csrf);
  const isOut = error instanceof Problem && error.status === 401;
  const once = new URLSearchParams(location.hash.slice(1)).get('once') ?? undefined;
  if (isOut || (once !== undefined && location.pathname === '/sign-in'))
    return <SignIn once={once} onIn={() => everything(() => true)} wasIn={session !== undefined} />;
  if (error instanceof Problem && !session) return <Trouble problem={error} />;
  if (!session) return <div className="blank" aria-busy="true" />;
  return (
    <Who value={session}>
      <Pages />
    </Who>
  );
}

function Pages() {
  useNews();
  return (
    <Shell>
      <Suspense fallback={<div className="blank" aria-busy="true" />}>
        <Switch>
          <Route path="/" component={Overview} />
          <Route path="/inbox/:id?">{({ id }) => <Inbox id={id === undefined ? undefined : decodeURIComponent(id)} />}</Route>
          <Route path="/records" component={RecordList} />
          <Route path="/records/:id">{({ id }) => <RecordPage key={id} id={id} />}</Route>
          <Route path="/work" component={Work} />
          <Route path="/maps/:entity?">{({ entity }) => <Maps entity={entity} />}</Route>
          <Route>
            <Redirect to="/" replace />
          </Route>
        </Switch>
      </Suspense>
    </Shell>
  );
}
