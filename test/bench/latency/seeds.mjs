import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOADED_AT = '2025-01-01T00:00:00Z';

/** The example's data with so many more customers, the same in both systems. Answers the files. */
export function seeds({ example, folder, customers }) {
  const numbers = Array.from({ length: customers }, (_, index) => String(index).padStart(5, '0'));
  return {
    dataverse: grown(example, folder, 'dataverse', 'accounts', (like) =>
      numbers.map((number) => ({
        ...like,
        accountid: `00000000-0000-4000-8000-0000000${number}`,
        accountnumber: `L-${number}`,
        name: `Customer ${number}`,
        modifiedon: LOADED_AT,
      })),
    ),
    finops: grown(example, folder, 'finops', 'CustomersV3', (like) =>
      numbers.map((number) => ({
        ...like,
        CustomerAccount: `L-${number}`,
        OrganizationName: `Customer ${number}`,
        ModifiedDateTime: LOADED_AT,
      })),
    ),
  };
}

function grown(example, folder, system, set, more) {
  const seed = JSON.parse(readFileSync(join(example, 'seed', `${system}.json`), 'utf8'));
  const [like] = seed.rows[set];
  const file = join(folder, `${system}.json`);
  writeFileSync(file, JSON.stringify({ ...seed, rows: { ...seed.rows, [set]: [...seed.rows[set], ...more(like)] } }));
  return file;
}
