import { addressOf, readProblem, send, type Filters } from './call';
import { OFFLINE, Problem, STOPPED } from './problem';

/** A download: how much has come, and a way to stop it at both ends. */
export interface Download {
  onbytes: (n: number) => void;
  signal: AbortSignal;
}

/** Fetch a file piece by piece. Rejects as `call` does, and with the code 'stopped' when it was. */
export async function download(path: string, query: Filters, { onbytes, signal }: Download): Promise<{ blob: Blob; name: string }> {
  const init: RequestInit = { method: 'GET', cache: 'no-store', credentials: 'same-origin', redirect: 'error', signal };
  const answer = await send(addressOf(path, query), init).catch((error: unknown) => {
    throw signal.aborted ? new Problem(0, STOPPED) : error;
  });
  if (!answer.ok) throw await readProblem(answer);
  const pieces: BlobPart[] = [];
  let n = 0;
  try {
    for (let reader = answer.body?.getReader(), end = !reader; reader && !end; ) {
      const piece = await reader.read();
      end = piece.done;
      if (piece.value) pieces.push(piece.value);
      onbytes((n += piece.value?.length ?? 0));
    }
  } catch {
    throw new Problem(0, signal.aborted ? STOPPED : OFFLINE);
  }
  const type = answer.headers.get('Content-Type') ?? '';
  return { blob: new Blob(pieces, { type }), name: nameOf(answer) };
}

function nameOf(answer: Response): string {
  return /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? 'skygge';
}
