import type { Subject } from '../store/subjects';

/** Who an actor is once every merge is followed. In a circle the smallest id survives, as on the server. */
export function survivorOf(actors: ReadonlyMap<string, Subject<'actor'>>, id: string): string {
  const path = [id];
  for (let next = actors.get(id)?.fields.merged_into; next; next = actors.get(next)?.fields.merged_into) {
    const circle = path.indexOf(next);
    if (circle >= 0) return path.slice(circle).sort()[0] as string;
    path.push(next);
  }
  return path.at(-1) as string;
}
