import { openOfBefore, type Memory, type RegisterOfBefore } from '../record/before.ts';
import type { Epoch, RegisterOpening } from './epoch.ts';

/** Of a history that was compacted then: how a register stood where what is left of it begins. */
type OpeningOfBefore = Omit<RegisterOpening, 'stable' | 'log'> & Pick<RegisterOfBefore, 'frontier' | 'agreed' | keyof Memory>;

/** An epoch as it is told today, whenever it was written. */
export function epochOfAnyTime(epoch: Epoch): Epoch {
  const { registers, life } = epoch.opening;
  const all = Object.entries(registers);
  if (!all.some(([, told]) => isOpeningOfBefore(told)) && (!life || !isOpeningOfBefore(life))) return epoch;
  const renewed = Object.fromEntries(all.map(([name, told]) => [name, renewedOpening(told)]));
  return { ...epoch, opening: { ...epoch.opening, registers: renewed, life: life && { ...life, ...renewedOpening(life) } } };
}

function isOpeningOfBefore(told: RegisterOpening | OpeningOfBefore): told is OpeningOfBefore {
  return 'frontier' in told;
}

function renewedOpening(told: RegisterOpening | OpeningOfBefore): RegisterOpening {
  if (!isOpeningOfBefore(told)) return told;
  const { frontier: _frontier, agreed, beneath: _beneath, total: _total, first: _first, possible: _possible, ...rest } = told;
  const isBlank = agreed.length === 0 ? { isBlank: true as const } : {};
  return { ...rest, ...isBlank, ...openOfBefore({ ...told, verdict: undefined }) };
}
