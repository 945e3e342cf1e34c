/** Somebody who renames customers in one system. Answers when the system acknowledged it; ms since 1970 UTC. */
export async function signIn(url, client) {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: `${client}-secret` });
  const { access_token: token } = await (await fetch(`${url}/oauth2/v2.0/token`, { method: 'POST', body: form })).json();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'if-match': '*' };
  return async (index, name) => {
    const [at, body] = client === 'anna' ? inDataverse(index, name) : inFinops(index, name);
    const answer = await fetch(`${url}${at}`, { method: 'PATCH', headers, body: JSON.stringify(body) });
    const atMs = Date.now();
    if (!answer.ok) throw new Error(`${at}: ${answer.status} ${await answer.text()}`);
    return atMs;
  };
}

const account = (index) => `L-${String(index).padStart(5, '0')}`;

const inDataverse = (index, name) => [`/api/data/v9.2/accounts(accountnumber='${account(index)}')`, { name }];

const inFinops = (index, name) => [
  `/data/CustomersV3(dataAreaId='abct',CustomerAccount='${account(index)}')?cross-company=true`,
  { OrganizationName: name },
];
