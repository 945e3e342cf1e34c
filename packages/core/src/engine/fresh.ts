import { deliveryId, type DeliveryId } from '../ids.ts';
import type { Plan } from '../ports/plan.ts';

/** Remembers which of the planned deliveries were planned since the start. Of the others nobody knows whether they were sent. */
export interface Fresh {
  follow(plan: Plan): void;
  has(id: DeliveryId): boolean;
}

export function openFresh(): Fresh {
  const current = new Map<string, DeliveryId>();
  const ids = new Set<DeliveryId>();
  return {
    follow(plan) {
      for (const [system, row] of plan.deliveries) {
        const name = `${plan.record.id} ${system}`;
        const old = current.get(name);
        // One that is only put off is what it was before.
        if (old !== undefined && row?.id === old && row.state !== 'parked') continue;
        if (old !== undefined) ids.delete(old);
        const isNew = row?.id === deliveryId(plan.record.id, system, plan.record.revision);
        if (row && isNew && row.state !== 'parked') {
          current.set(name, row.id);
          ids.add(row.id);
        } else current.delete(name);
      }
    },
    has: (id) => ids.has(id),
  };
}
