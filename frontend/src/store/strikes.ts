import type { Change, Draft, FedChange, Payload, Redacted } from './changes';
import { checkValue, replaceShare } from './checksum';
import { toUnixMs } from './clock';
import type { ChangeRecord, ReportedTx, Standing } from './database';
import { openText, sealText } from './envelope';
import { beats, findWords, isErased, strikeWords, textsOf, toStub } from './redact';
import { openBody, sealBody } from './refold';

/** As many as the server takes by name. */
const MAX_STRUCK = 1000;

/** The draft that takes words out of every version of a thing's texts. */
export function strikeText(subject_id: string, words: string, replacement: string): Draft {
  return { kind: 'words.struck', subject_id, payload: { words, replacement } };
}

/** Every text of a payload in which words can be struck. */
export function textsIn(payload: unknown): string[] {
  return textsOf(payload).map(({ text }) => text);
}

/** What is left of something that was not reported yet. */
export function without<T>(payload: T, words: string, replacement: string): T {
  return strikeWords(payload, words, replacement);
}

/** Changes as they are stored and sent; what has been sent already stays as it was. */
export async function nameStruck(
  tx: ReportedTx,
  changes: readonly Change[],
  told: ReadonlyMap<string, Change>,
): Promise<Change[]> {
  const named: Change[] = [];
  for (const change of changes) named.push(told.has(change.change_id) ? change : await nameWhatItReaches(tx, change));
  return named;
}

/**
 * A strike as it is stored and sent: naming what it reaches here. A server that was restored may lack some of it just
 * now, and whoever made it will offer it again when nobody knows the words any more.
 */
async function nameWhatItReaches(tx: ReportedTx, change: Change): Promise<Change> {
  if (change.kind === 'words.struck') {
    const { words } = change.payload as { words: string };
    const places = (await historyOf(tx, change.subject_id)).flatMap(({ change_id, body }) => {
      const isStrike = body.kind === 'words.struck' || body.kind === 'encounter.struck';
      return isStrike ? [] : findWords(openBody(body).payload, words).map((place) => ({ change_id, ...place }));
    });
    return places.length > 0 ? { ...change, payload: { ...change.payload, places: places.slice(0, MAX_STRUCK) } } : change;
  }
  if (change.kind !== 'encounter.struck') return change;
  const entries = await entriesWithin(tx, change);
  return entries.length > 0 ? { ...change, payload: { ...change.payload, entries: entries.slice(0, MAX_STRUCK) } } : change;
}

/** Do on this phone what a strike just made here asks for. Gives back the things to fold anew. */
export async function strikeHere(tx: ReportedTx, standing: Standing, change: Change): Promise<string[]> {
  if (change.kind === 'words.struck') {
    await rewrite(tx, standing, change);
    return [change.subject_id];
  }
  if (change.kind !== 'encounter.struck') return [];
  const struck = await entriesWithin(tx, change);
  for (const id of struck) await eraseThing(tx, standing, id, change.change_id);
  return struck;
}

/** Do on this phone what the server's word about a redaction says. */
export async function takeRedaction(tx: ReportedTx, standing: Standing, told: FedChange): Promise<void> {
  if (told.payload.mode === 'erased') {
    await eraseThing(tx, standing, told.subject_id, told.change_id);
    return shareAgain(tx, standing, told, () => ({}));
  }
  const stubs = new Map((told.stubs ?? []).map((stub) => [stub.change_id, stub]));
  for (const change_id of (told.payload.changes ?? []) as string[]) {
    const record = await tx.objectStore('change').get(change_id);
    // What is no longer shown to us cannot be mended, so nothing of it stays.
    if (record) await takeStub(tx, standing, record, stubs.get(change_id) ?? toStub(record.body, erased(told.change_id)));
  }
  await shareAgain(tx, standing, told, ({ change_id }) => stubs.get(change_id)?.payload);
}

/** Count the changes of a thing as the server does since a redaction; `payloadOf` says what it holds of them now. */
async function shareAgain(
  tx: ReportedTx,
  standing: Standing,
  told: FedChange,
  payloadOf: (record: ChangeRecord) => Payload | undefined,
): Promise<void> {
  for (const record of await tx.objectStore('change').index('subject').getAll(told.subject_id)) {
    const payload = record.body.kind === 'subject.redacted' ? undefined : payloadOf(record);
    if (!payload || record.share?.epoch !== standing.epoch) continue;
    takeShare(standing, record, payload);
    await tx.objectStore('change').put(record);
  }
}

/** Count a change as the server tells it. The caller saves the record. */
export function takeShare(standing: Standing, record: ChangeRecord, payload: Payload): void {
  const { epoch } = standing;
  if (epoch === undefined) return;
  const before = record.share?.epoch === epoch ? record.share.value : 0;
  record.share = { epoch, value: checkValue(record.change_id, payload) };
  standing.checksum = replaceShare(standing.checksum ?? 0, before, record.share.value);
}

/** Put a stub in the place of what is here, if it holds less. */
export async function takeStub(tx: ReportedTx, standing: Standing, record: ChangeRecord, stub: Change): Promise<void> {
  if (!beats(stub, record.body)) return;
  standing.is_unclean = true;
  const { payload, redacted } = stub;
  record.body = sealBody({ ...record.body, payload, ...(redacted && { redacted }) });
  if (isErased(record.body)) record.isErased = true;
  await tx.objectStore('change').put(record);
}

/** Nothing of a thing stays here, whoever reported it. */
async function eraseThing(tx: ReportedTx, standing: Standing, id: string, by: string): Promise<void> {
  await rewriteDrafts(tx, id, () => undefined);
  for (const record of await historyOf(tx, id)) {
    await takeStub(tx, standing, record, toStub(record.body, erased(by)));
    if ((await tx.objectStore('parked').getKey(record.change_id)) === undefined) continue;
    await tx.objectStore('parked').delete(record.change_id);
    standing.parked -= 1;
  }
}

async function rewrite(tx: ReportedTx, standing: Standing, strike: Change): Promise<void> {
  const { words, replacement } = strike.payload as { words: string; replacement: string };
  await rewriteDrafts(tx, strike.subject_id, (read) => strikeWords({ text: read() }, words, replacement).text);
  for (const record of await historyOf(tx, strike.subject_id)) {
    const { payload } = openBody(record.body);
    const left = strikeWords(payload, words, replacement);
    if (JSON.stringify(left) === JSON.stringify(payload)) continue;
    await takeStub(tx, standing, record, toStub(record.body, { mode: 'words', by: strike.change_id }, left));
  }
}

/** Texts being typed about a thing, by their keys: what is left of each, undefined for nothing. */
async function rewriteDrafts(tx: ReportedTx, id: string, left: (read: () => string) => string | undefined): Promise<void> {
  let draft = await tx.objectStore('draft').openCursor();
  for (; draft; draft = await draft.continue()) {
    const { key, text } = draft.value;
    if (!key.includes(id)) continue;
    // What goes as a whole goes under the lock too.
    const kept = left(() => openText(text, key));
    if (kept === undefined) await draft.delete();
    else await draft.update({ key, text: sealText(kept, key) });
  }
}

/** Every change about a thing but the words about redactions, and the strikes that have yet to arrive. */
async function historyOf(tx: ReportedTx, id: string): Promise<ChangeRecord[]> {
  const history = await tx.objectStore('change').index('subject').getAll(id);
  return history.filter(({ body, acknowledged }) => {
    const isStrike = body.kind === 'words.struck' || body.kind === 'encounter.struck';
    return body.kind !== 'subject.redacted' && (!isStrike || acknowledged !== undefined);
  });
}

async function entriesWithin(tx: ReportedTx, strike: Change): Promise<string[]> {
  const { from, to } = strike.payload as { from: string; to: string };
  const entries = await tx.objectStore('subject').index('encounter').getAll(strike.subject_id);
  const isWithin = (at: number) => at >= toUnixMs(from) && at <= toUnixMs(to);
  return entries.filter(({ fields }) => isWithin(toUnixMs(String(fields.started_at)))).map(({ id }) => id);
}

function erased(by: string): Redacted {
  return { mode: 'erased', by };
}
