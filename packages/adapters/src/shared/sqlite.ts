import { createRequire } from 'node:module';
import type Twelve from 'better-sqlite3';

/**
 * SQLite, by the version of better-sqlite3 that suits the Node that runs. 12 is built for each Node, and on 24.19 and later it aborts the process when a
 * statement is collected outside a call: there Node's `ObjectWrap`, which it is built upon, looks for an environment that is not at hand. 13 is built upon
 * Node-API, brings its builds along, and needs Node 22.
 */
const NODE_OF_13 = 22;

const isThirteen = Number(process.versions.node.split('.')[0]) >= NODE_OF_13;

const Sqlite: typeof Twelve = createRequire(import.meta.url)(isThirteen ? 'better-sqlite3-napi' : 'better-sqlite3');

export default Sqlite;
