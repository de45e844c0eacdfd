/** Earlier versions of a field note, told by the changes of its paragraphs. Pure. */
import type { StoredChange } from '../store/changes';
import { fold } from '../store/fold';
import { toUnixMs } from '../store/clock';
import type { FieldNoteFields } from '../store/subjects';
import { standing, type Paragraph } from './paragraphs';

export interface Version {
  /** The last change of it. */
  readonly id: string;
  readonly made_at: string;
  readonly author: string | undefined;
  readonly is_on_server: boolean;
  /** The paragraphs as they stood then, in order. */
  readonly paragraphs: readonly Paragraph[];
}

/** One version for each time that somebody saved, the newest first. `changes`: all of all paragraphs of the encounter. */
export function versionsOf(changes: readonly StoredChange[]): Version[] {
  const all = [...changes].sort(byTime);
  const versions: Version[] = [];
  all.forEach((last, index) => {
    const next = all[index + 1];
    // What was saved in one go has one time and one device.
    if (next && next.made_at === last.made_at && next.device_id === last.device_id) return;
    const { change_id: id, made_at, author } = last;
    versions.push({ id, made_at, author, is_on_server: last.seq !== undefined, paragraphs: asOf(all.slice(0, index + 1)) });
  });
  return versions.reverse();
}

export function fullText(paragraphs: readonly Paragraph[]): string {
  return paragraphs.map(({ text }) => text.trim()).filter(Boolean).join('\n\n');
}

function asOf(changes: readonly StoredChange[]): Paragraph[] {
  const things = fold(changes).filter((thing) => thing.type === 'fieldnote' && thing.isCreated);
  const paragraphs = things.map(({ id, fields }): Paragraph => {
    const { text, anchors = [], position = 0 } = fields as unknown as FieldNoteFields;
    return { id, text: text ?? '', anchors, position, gone: fields.retracted === true };
  });
  return standing(paragraphs);
}

function byTime(one: StoredChange, other: StoredChange): number {
  const apart = toUnixMs(one.corrected_at ?? one.made_at) - toUnixMs(other.corrected_at ?? other.made_at);
  return apart || (one.change_id < other.change_id ? -1 : 1);
}
