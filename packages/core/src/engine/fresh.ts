import { deliveryId, type DeliveryId } from '../ids.ts';
import type { Plan } from '../ports/plan.ts';
import { openPrints } from './prints.ts';

/** Remembers which of the planned deliveries were surely not sent. Of the others nobody knows. */
export interface Fresh {
  follow(plan: Plan): void;
  has(id: DeliveryId): boolean;
  /** One of before the start that was not sent either. */
  add(id: DeliveryId): void;
  /** It may have been sent after all. */
  doubt(id: DeliveryId): void;
}

export function openFresh(): Fresh {
  // By record and system, the revision in which its write was planned: with a first write of everything there are as many as there are rows.
  const current = openPrints();
  return {
    follow({ record, deliveries }) {
      for (const [system, row] of deliveries) {
        const [name, planned] = parted(row?.id ?? deliveryId(record.id, system, record.revision));
        const stands = row !== undefined && row.state !== 'parked';
        // One that is only put off is what it was before.
        if (stands && current.get(name) === planned) continue;
        if (stands && planned === record.revision) current.put(name, planned);
        else current.drop(name);
      }
    },
    has(id) {
      const [name, planned] = parted(id);
      return current.get(name) === planned;
    },
    add(id) {
      const [name, planned] = parted(id);
      current.put(name, planned);
    },
    doubt(id) {
      current.drop(parted(id)[0]);
    },
  };
}

/** An id names record, system and revision. */
function parted(id: DeliveryId): readonly [name: string, revision: number] {
  const dot = id.lastIndexOf('.');
  return [id.slice(0, dot), Number(id.slice(dot + 1))];
}
