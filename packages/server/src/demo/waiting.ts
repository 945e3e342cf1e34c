import { order, product } from './places.ts';
import { HOLD_MS } from './scenes/since.ts';
import type { Stage } from './stage.ts';

const CANCELED = 192350007;
const ORDERS = ['SO-000011', 'SO-000014', 'SO-000004'];

/** Leaves in the inbox what only a person can decide, for whoever opens the console: orders that are cancelled and delivered, a text, and a deletion. */
export async function leaveWaiting({ anna, ben, unseen }: Stage): Promise<void> {
  const [care, gone] = [product('F1080'), product('F1180')];
  await unseen(HOLD_MS, () =>
    Promise.all([
      ...ORDERS.map(order).flatMap((place) => [
        anna.change(place.ce, { msdyn_processingstatus: CANCELED }),
        ben.change(place.fno, { SalesOrderProcessingStatus: 'Delivered' }),
      ]),
      anna.change(care.ce, { abc_careinstructions: 'Hand wash in lukewarm water. Do not wring.\nIron on low heat.' }),
      ben.change(care.fno, { ABCCareInstructions: 'Dry clean, or hand wash cold. Never wring.\nIron on low heat.' }),
      anna.remove(gone.ce),
      ben.change(gone.fno, { ProductDescription: 'Back in stock from March.' }),
    ]),
  );
}
