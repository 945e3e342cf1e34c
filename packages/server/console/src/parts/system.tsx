import { useConfiguration } from '../api/read.ts';
import { systemsIn, type Systems } from '../words.ts';

export function useSystems(): Systems {
  return systemsIn(useConfiguration());
}

/** A system keeps its colour on every page. */
export function System({ id }: { readonly id: string }) {
  const systems = useSystems();
  const place = systems.ids.indexOf(id);
  return <span className={`system ${place < 0 ? 'none' : `s${place % 6}`}`}>{systems.name(id)}</span>;
}
