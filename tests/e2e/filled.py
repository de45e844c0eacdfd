"""A device full of entries, written into its database as the app itself would have left them.

Folded things and one change each; in as many visits as are asked for, with words in every third entry where wanted.
Gives back the id of a visit in the middle of all.
"""

FILL = """async ({ entries, encounters, words }) => {
  const STRUCTURES = ['directing', 'doing_for', 'doing_with', null];
  const { name } = (await indexedDB.databases()).find(({ name }) => name.startsWith('skygge-'));
  const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const db = await answer(indexedDB.open(name));
  const id = (n) => `0190${String(n).padStart(4, '0').slice(-4)}-0000-7000-8000-${String(n).padStart(12, '0')}`;
  const fresh = { conflicts: [], isCreated: true, author: 'observer-1', isOnServer: true };
  const start = Date.UTC(2025, 0, 6, 8), each = Math.ceil(entries / encounters);
  const stamp = (ms) => new Date(ms).toISOString().replace('Z', '+00:00');
  for (let e = 0; e < encounters; e++) {
    const tx = db.transaction(['subject', 'change'], 'readwrite');
    const at = start + e * 3_600_000, encounter_id = id(1e9 + e);
    const put = (type, key, fields, more) => {
      const change_id = id(2e9 + e * 1000 + (more.device_seq ?? 0));
      const heads = Object.fromEntries(Object.keys(fields).map((field) => [field, [change_id]]));
      tx.objectStore('subject').put({ type, id: key, fields, heads, ...fresh, ...more });
      const body = { change_id, kind: 'entry.logged', subject_id: key, parents: [], payload: fields };
      Object.assign(body, { made_at: stamp(at), device_seq: more.device_seq });
      tx.objectStore('change').put({ change_id, subject_id: key, body });
    };
    put('encounter', encounter_id, { kind: 'visit', observer: 'observer-1', started_at: stamp(at),
      ended_at: stamp(at + 1_800_000), end_origin: 'tap' }, { device_seq: 0 });
    for (let n = 0; n < each; n++) {
      const seen = { encounter_id, kind: 'point', started_at: stamp(at + n * 15_000), action: 'asks' };
      const structure = STRUCTURES[(e + n) % STRUCTURES.length];
      Object.assign(seen, structure ? { structure, structure_origin: 'explicit' } : {});
      if (words && n % 3 === 0) Object.assign(seen, { jotting: `hun venter ved døren nr. ${n} og ser ud mod haven` });
      put('entry', id(3e9 + e * 1000 + n), seen, { device_seq: n + 1, entry_of: encounter_id });
    }
    await new Promise((done) => { tx.oncomplete = done; });
  }
  db.close();
  return id(1e9 + Math.floor(encounters / 2));
}"""
