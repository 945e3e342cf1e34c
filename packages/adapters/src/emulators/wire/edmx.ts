const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** One XML element; attributes are escaped, the inside is taken as it is. */
export function element(name: string, attributes: Readonly<Record<string, string>>, inside = ''): string {
  const told = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return inside === '' ? `<${name}${told.join('')} />` : `<${name}${told.join('')}>${inside}</${name}>`;
}

/** A metadata document of OData 4.0 around one schema. */
export function edmxDocument(namespace: string, alias: string | undefined, inside: string): string {
  const schema = element(
    'Schema',
    { Namespace: namespace, ...(alias !== undefined && { Alias: alias }), xmlns: 'http://docs.oasis-open.org/odata/ns/edm' },
    inside,
  );
  const services = element('edmx:DataServices', {}, schema);
  return `<?xml version="1.0" encoding="utf-8"?>${element('edmx:Edmx', { Version: '4.0', 'xmlns:edmx': 'http://docs.oasis-open.org/odata/ns/edmx' }, services)}`;
}
