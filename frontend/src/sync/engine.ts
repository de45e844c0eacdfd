import type { Change } from '../store/changes';
import { FOREIGN_ANSWER, Problem } from './problem';
import type { Acknowledgement, PhoneCopy, ServerCopy } from './protocol';

/**
 * Bring the phone's copy and the server's together: first everything unsent, then everything new. Holds no state of
 * its own, so that it may be stopped anywhere and begun again. Rejects with the Problem that stopped it.
 */
export async function syncOnce(phone: PhoneCopy, server: ServerCopy): Promise<void> {
  let isRestored: boolean;
  do {
    await pushAll(phone, server);
    // A restored server shows itself on a page when nothing was left to push: offer it everything again, now.
    isRestored = await pullAll(phone, server);
  } while (isRestored);
}

async function pushAll(phone: PhoneCopy, server: ServerCopy): Promise<void> {
  for (let batch = await phone.nextBatch(); batch.length > 0; batch = await phone.nextBatch()) {
    const settled = await pushBatch(phone, server, batch);
    // A server that answers without verdicts must not be asked the same for ever.
    if (settled === 0) throw new Problem(0, FOREIGN_ANSWER);
  }
}

/** Push a batch; when its body is refused, halve it until the bad change is alone, and park that one. */
async function pushBatch(phone: PhoneCopy, server: ServerCopy, batch: readonly Change[]): Promise<number> {
  let answer: Acknowledgement;
  try {
    answer = await server.push(batch);
  } catch (error) {
    if (!isBodyRefused(error)) throw error;
    return halve(phone, server, batch, error.code);
  }
  if (!(await enterIfNewer(phone, answer.epoch))) return phone.settle(answer.epoch, answer.verdicts);
  // The old epoch's batches are void, but these verdicts are the new one's own.
  return Math.max(1, await phone.settle(answer.epoch, answer.verdicts));
}

async function halve(phone: PhoneCopy, server: ServerCopy, batch: readonly Change[], code: string): Promise<number> {
  const [only, another] = batch;
  if (only && !another) {
    await phone.park(only.change_id, code);
    return 1;
  }
  const middle = Math.ceil(batch.length / 2);
  const first = await pushBatch(phone, server, batch.slice(0, middle));
  return first + (await pushBatch(phone, server, batch.slice(middle)));
}

/** True when the server turned out to be in a newer epoch. */
async function pullAll(phone: PhoneCopy, server: ServerCopy): Promise<boolean> {
  let hasEntered = false;
  for (;;) {
    const { cursor, epoch } = await phone.place();
    const page = await server.pull(cursor, epoch);
    const isFirstContact = epoch === undefined;
    if (await enterIfNewer(phone, page.epoch)) {
      hasEntered ||= !isFirstContact;
      if (cursor > 0) continue;
    }
    if (!(await phone.keepPage(cursor, page))) return hasEntered;
    if (page.has_more) continue;
    if (!(await phone.agrees(page.checksum))) await mend(phone, server);
    return hasEntered;
  }
}

/** The copies differ though the cursor is at the end: compare them by day, and take those days anew. */
async function mend(phone: PhoneCopy, server: ServerCopy): Promise<void> {
  const { days } = await server.days();
  for (const day of await phone.differingDays(days)) {
    const { epoch, changes } = await server.pullDay(day);
    await phone.keepDay(epoch, day, changes);
  }
}

async function enterIfNewer(phone: PhoneCopy, epoch: string): Promise<boolean> {
  const { epoch: present } = await phone.place();
  if (present !== undefined && epoch <= present) return false;
  await phone.enterEpoch(epoch);
  return true;
}

function isBodyRefused(error: unknown): error is Problem {
  if (!(error instanceof Problem)) return false;
  return error.status === 413 || (error.status === 400 && error.code !== FOREIGN_ANSWER);
}
