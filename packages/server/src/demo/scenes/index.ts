import type { Scene } from '../scene.ts';
import { twoFields } from './01-two-fields.ts';
import { addressGroup } from './02-address-group.ts';
import { cancelOrDeliver } from './03-cancel-or-deliver.ts';
import { countedBolts } from './04-counted-bolts.ts';
import { longOutage } from './05-long-outage.ts';
import { lostAnswer } from './06-lost-answer.ts';
import { renamedColumn } from './07-renamed-column.ts';
import { expiredTokens } from './08-expired-tokens.ts';
import { hookStorm } from './09-hook-storm.ts';
import { deletedWhileEdited } from './10-deleted-while-edited.ts';
import { twoLists } from './11-two-lists.ts';

/** The scenes, in the order in which they are told. Each has rows of its own. */
export const scenes: readonly Scene[] = [
  twoFields,
  addressGroup,
  cancelOrDeliver,
  countedBolts,
  longOutage,
  lostAnswer,
  renamedColumn,
  expiredTokens,
  hookStorm,
  deletedWhileEdited,
  twoLists,
];
