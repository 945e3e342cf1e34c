/**
 * The workload "contested edits": records of 20 fields (strings, numbers, a status, a note of 200 characters, a set of tags; about 0.7 KB
 * of JSON), two systems editing, 30 % of the edits concurrent with another edit of the same record, half of those on the same field. Seeded.
 */
export const FIELDS = [
  ...Array.from({ length: 10 }, (_, i) => `text${i}`),
  ...Array.from({ length: 6 }, (_, i) => `number${i}`),
  'status',
  'note',
  'tags',
  'account',
];

const STATUS = ['Active', 'Confirmed', 'Picked', 'Delivered', 'Invoiced'];

/** mulberry32: small, seeded, good enough to spread edits. */
function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function firstRow(index, random) {
  const row = {};
  for (const field of FIELDS) row[field] = valueOf(field, random);
  row.account = `C-${String(index).padStart(6, '0')}`;
  return row;
}

export function valueOf(field, random) {
  if (field === 'status') return STATUS[Math.floor(random() * STATUS.length)];
  if (field === 'note') return words(random, 200);
  if (field === 'tags') return JSON.stringify(['linen', 'summer', `t${Math.floor(random() * 50)}`].toSorted());
  if (field.startsWith('number')) return Math.floor(random() * 1_000_000);
  return words(random, 16);
}

function words(random, length) {
  let text = '';
  while (text.length < length) text += `${Math.floor(random() * 36 ** 6).toString(36)} `;
  return text.slice(0, length).trim();
}

/** Steps of one or two edits: two in one step are made before either side has heard of the other. */
export function steps({ records, edits, seed }) {
  const random = chance(seed);
  const rows = Array.from({ length: records }, (_, index) => firstRow(index, random));
  const list = [];
  let made = 0;
  while (made < edits) {
    const record = Math.floor(random() * records);
    const first = editOf(random, Math.floor(random() * 2));
    const together = [first];
    // Two edits in each contested step: 15 of 85 steps make 30 of 100 edits contested.
    if (random() < 15 / 85) together.push(editOf(random, 1 - first.side, random() < 0.5 ? first.field : undefined));
    list.push({ record, edits: together });
    made += together.length;
  }
  return { rows, list, made };
}

function editOf(random, side, field = FIELDS[Math.floor(random() * (FIELDS.length - 1))]) {
  return { side, field, value: valueOf(field, random) };
}
