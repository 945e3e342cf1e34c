import { createContext, useContext, type ReactNode } from 'react';
import type { Session } from './api/client.ts';

const Context = createContext<Session | undefined>(undefined);

export function Who({ value, children }: { readonly value: Session; readonly children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

const ROLES = ['reader', 'resolver', 'operator', 'admin'] as const;

/** Who is signed in. */
export function useWho(): Session {
  const session = useContext(Context);
  if (!session) throw new Error('Nobody is signed in here.');
  return session;
}

/** Whether they may do what asks for a role: what would be refused is not offered. */
export function useMay(role: (typeof ROLES)[number]): boolean {
  return ROLES.indexOf(useWho().role) >= ROLES.indexOf(role);
}
