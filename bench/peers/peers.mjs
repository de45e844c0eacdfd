// What others do with the same entries: the raw floor, RxDB over HTTP, PouchDB with express-pouchdb. Started by
// bench/sync.py; prints one object of figures, seconds and milliseconds.
import { mkdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const [what, origin, file, folder] = process.argv.slice(2);
const entries = readFileSync(file, 'utf8').trimEnd().split('\n').map(JSON.parse);
const AT_ONCE = 500;
const ALONE = 60;
const headers = { 'Content-Type': 'application/json' };

const seconds = async (job) => {
  const began = performance.now();
  await job();
  return (performance.now() - began) / 1000;
};

const oneByOne = async (job) => {
  const taken = [];
  for (let n = 0; n < ALONE; n++) taken.push((await seconds(() => job(n))) * 1000);
  taken.sort((a, b) => a - b);
  return { ack_p50_ms: taken[ALONE / 2], ack_p95_ms: taken[Math.floor(ALONE * 0.95)] };
};

/** Nothing but the bytes: a batch in, a page out, nothing kept here. */
async function floor() {
  const ask = async (path, body) => {
    const packed = gzipSync(JSON.stringify(body), { level: 1 });
    return (await fetch(origin + path, { method: 'POST', headers: { ...headers, 'Content-Encoding': 'gzip' }, body: packed })).json();
  };
  const push_s = await seconds(async () => {
    for (let at = 0; at < entries.length; at += AT_ONCE) await ask('/floor', entries.slice(at, at + AT_ONCE));
  });
  const pull_s = await seconds(async () => {
    for (let after = 0, page; (page = await (await fetch(`${origin}/floor?after=${after}&limit=${AT_ONCE}`)).json()).length;)
      after = page.at(-1).seq;
  });
  return { push_s, pull_s, ...(await oneByOne((n) => ask('/floor', [{ ...entries[n], id: `alone-${n}` }]))) };
}

/**
 * RxDB's own replication into the same FastAPI. Its store is the one in memory: over fake-indexeddb its Dexie store
 * took four times as long for twice as many entries, which says more about the stand-in than about RxDB.
 */
async function rxdb() {
  const { createRxDatabase } = await import('rxdb');
  const { getRxStorageMemory } = await import('rxdb/plugins/storage-memory');
  const { replicateRxCollection } = await import('rxdb/plugins/replication');
  const schema = {
    version: 0, primaryKey: 'id', type: 'object', required: ['id'],
    properties: {
      id: { type: 'string', maxLength: 64 },
      ...Object.fromEntries(Object.keys(entries[0]).filter((key) => key !== 'id').map((key) => [key, {}])),
    },
  };
  const opened = async (name) => {
    const db = await createRxDatabase({ name, storage: getRxStorageMemory(), multiInstance: false });
    return (await db.addCollections({ entry: { schema } })).entry;
  };
  const post = async (path, body) =>
    (await fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  const replicate = (collection, how) =>
    replicateRxCollection({ collection, replicationIdentifier: 'bench', live: false, retryTime: 1000, ...how });
  const first = await opened('first');
  const written = await first.bulkInsert(entries);
  if (written.error.length) throw new Error(JSON.stringify(written.error[0]).slice(0, 500));
  const push_s = await seconds(() =>
    replicate(first, { push: { batchSize: AT_ONCE, handler: (rows) => post('/rx', rows.map((row) => row.newDocumentState)) } }).awaitInitialReplication(),
  );
  const second = await opened('second');
  const pull_s = await seconds(() =>
    replicate(second, {
      pull: {
        batchSize: AT_ONCE,
        handler: async (checkpoint, limit) => {
          const after = checkpoint?.seq ?? 0;
          return (await fetch(`${origin}/rx?after=${after}&limit=${limit}`)).json();
        },
      },
    }).awaitInitialReplication(),
  );
  const got = await second.count().exec();
  if (got !== entries.length) throw new Error(`RxDB pulled ${got}`);
  return { push_s, pull_s };
}

/** PouchDB on LevelDB at both ends. */
async function pouchdb() {
  const { default: PouchDB } = await import('pouchdb');
  const { default: express } = await import('express');
  const { default: service } = await import('express-pouchdb');
  mkdirSync(`${folder}/server`, { recursive: true });
  const At = PouchDB.defaults({ prefix: `${folder}/server/` });
  const app = express().use('/db', service(At, { configPath: `${folder}/config.json`, logPath: `${folder}/log.txt` }));
  const listening = await new Promise((done) => { const it = app.listen(0, '127.0.0.1', () => done(it)); });
  const remote = `http://127.0.0.1:${listening.address().port}/db/entries`;
  await fetch(remote, { method: 'PUT' });
  const first = new PouchDB(`${folder}/first`);
  await first.bulkDocs(entries.map(({ id, ...rest }) => ({ _id: id, ...rest })));
  const push_s = await seconds(() => first.replicate.to(remote, { batch_size: AT_ONCE }));
  const second = new PouchDB(`${folder}/second`);
  const pull_s = await seconds(() => second.replicate.from(remote, { batch_size: AT_ONCE }));
  const { doc_count } = await second.info();
  if (doc_count !== entries.length) throw new Error(`PouchDB pulled ${doc_count}`);
  return { push_s, pull_s };
}

process.stdout.write(JSON.stringify(await { floor, rxdb, pouchdb }[what]()) + '\n');
process.exit(0);
