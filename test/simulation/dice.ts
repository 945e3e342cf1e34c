import { chanceOf, type Chance } from '../kit/chance.ts';

/**
 * Chance by name: the same seed, name and number always throw the same, whatever else was thrown before. So a story from which something
 * was taken out still goes nearly as it went.
 */
export interface Dice {
  /** At least 0, less than 1. */
  (name: string, number: number): number;
}

export function diceOf(seed: number): Dice {
  return (name, number) => mixed(seed, name, number) / 2 ** 32;
}

/** A whole sequence of chance under one name. */
export function chanceFor(seed: number, name: string): Chance {
  return chanceOf(mixed(seed, name, 0));
}

/** FNV-1a over the name, and a finish that spreads every bit. */
function mixed(seed: number, name: string, number: number): number {
  let hash = Math.imul(seed ^ 0x81_1c_9d_c5, 0x01_00_01_93) ^ Math.imul(number + 1, 0x9e_37_79_b1);
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
