import { deleteDB, openDB } from 'idb';

/**
 * Chromium keeps all databases of an origin in one log that is appended to (LevelDB). A process killed in the middle of
 * a write leaves half a record at its end. The next start reads up to there and goes on writing behind it; the start
 * after that finds a damaged log, and the browser throws everything of the origin away. Nobody can be told of it then.
 *
 * So each start has the browser begin a new log before there is much behind such a half record: once four megabytes have
 * been written, whatever they are, what the log says is put into files of its own and the log is left.
 */

const NAME = 'scratch-of-skygge';
const PIECE = 1024 * 1024;
/** One more than the most that Chromium keeps in a log, and one to set it going. */
const PIECES = 6;

export async function startNewLog(): Promise<void> {
  if (!/Chrom(e|ium)\//.test(navigator.userAgent)) return;
  const db = await openDB(NAME, 1, { upgrade: (opened) => void opened.createObjectStore('scratch') });
  for (let at = 0; at < PIECES; at += 1) await db.put('scratch', new Uint8Array(PIECE), 0);
  db.close();
  await deleteDB(NAME);
}
