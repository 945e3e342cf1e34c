import type { ReactNode } from 'react';
import { Link, useRoute } from 'wouter';
import { asked, client } from './api/client.ts';
import { useConflicts, useHealth } from './api/read.ts';
import { useLine } from './api/stream.ts';
import { Icon, type IconName } from './parts/icon.tsx';
import { useWho } from './who.tsx';

export function Shell({ children }: { readonly children: ReactNode }) {
  const held = useConflicts('held').data?.length ?? 0;
  const parked = numberIn(memberIn(useHealth(), 'ledger'), 'parked');
  return (
    <>
      <a className="skip" href="#page">
        Go to the page
      </a>
      <header className="bar">
        <Link href="/" className="brand">
          <span className="brand-mark" aria-hidden="true" />
          Concord
        </Link>
        <nav aria-label="Pages">
          <Tab to="/" icon="home" name="Overview" />
          <Tab to="/inbox" icon="inbox" name="Inbox" count={held} what="waiting" deep />
          <Tab to="/records" icon="records" name="Records" deep />
          <Tab to="/work" icon="work" name="Set aside" count={parked} what="set aside" />
          <Tab to="/maps" icon="home" name="Maps" deep />
        </nav>
        <Account />
      </header>
      <LineBar />
      <main id="page" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

interface TabProps {
  readonly to: string;
  readonly icon: IconName;
  readonly name: string;
  readonly count?: number;
  readonly what?: string;
  /** Pages below it belong to it. */
  readonly deep?: boolean;
}

function Tab({ to, icon, name, count = 0, what = '', deep = false }: TabProps) {
  const [isHere] = useRoute(deep ? `${to}/*?` : to);
  return (
    <Link href={to} className="tab" aria-current={isHere ? 'page' : undefined}>
      <Icon name={to === '/maps' ? 'maps' : icon} />
      <span>{name}</span>
      {count > 0 ? (
        <span className="count">
          {count > 999 ? '999+' : count}
          <span className="unseen"> {what}</span>
        </span>
      ) : undefined}
    </Link>
  );
}

function Account() {
  const { name, role, csrf } = useWho();
  async function leave(): Promise<void> {
    await asked(client.POST('/v1/session/end', { body: {} })).catch(() => undefined);
    location.assign('/');
  }
  return (
    <div className="account">
      <span className="who" title={`Signed in as ${name}, with the role ${role}`}>
        {name} <span className="role">{role}</span>
      </span>
      {csrf === undefined ? undefined : (
        <button type="button" className="quiet" onClick={() => void leave()} aria-label="Sign out" title="Sign out">
          <Icon name="out" />
        </button>
      )}
    </div>
  );
}

/** What is shown may have moved on: nobody should decide about it unawares. */
function LineBar() {
  const line = useLine();
  return (
    <div role="status" className={line === 'lost' ? 'line-bar' : 'unseen'}>
      {line === 'lost' ? (
        <>
          <Icon name="lost" /> The connection to Concord is lost. What you see may be out of date; it catches up by itself.
        </>
      ) : undefined}
    </div>
  );
}

function memberIn(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Object.entries(holder).find(([key]) => key === name)?.[1] : undefined;
}

function numberIn(holder: unknown, name: string): number {
  const found = memberIn(holder, name);
  return typeof found === 'number' ? found : 0;
}
