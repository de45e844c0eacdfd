import { describe, expect, it } from 'vitest';
import type { StoredChange } from '../store/changes';
import { fullText, versionsOf } from './versions';

let seq = 0;
function said(minute: number, kind: string, subject_id: string, payload: object, parents: string[] = []): StoredChange {
  seq += 1;
  const made_at = `2026-03-02T20:${String(minute).padStart(2, '0')}:00.000+01:00`;
  return { change_id: `c${seq}`, kind, subject_id, payload, parents, made_at, device_id: 'd', seq } as unknown as StoredChange;
}

describe('versions of a field note', () => {
  const first = said(1, 'fieldnote.written', 'a', { encounter_id: 'e', position: 1, text: 'Hun sidder.' });
  const together = said(1, 'fieldnote.written', 'b', { encounter_id: 'e', position: 2, text: 'Han går.' });
  const mended = said(2, 'fieldnote.amended', 'a', { text: 'Hun sidder ned.' }, [first.change_id]);
  const moved = said(3, 'fieldnote.amended', 'b', { position: 0 }, [together.change_id]);
  const gone = said(4, 'fieldnote.retracted', 'a', {});
  const versions = versionsOf([gone, moved, first, mended, together]);

  it('are one for each time that somebody saved, the newest first', () => {
    expect(versions.map(({ id }) => id)).toEqual([gone.change_id, moved.change_id, mended.change_id, together.change_id]);
  });

  it('hold the whole note as it stood then', () => {
    expect(versions.map(({ paragraphs }) => fullText(paragraphs))).toEqual([
      'Han går.',
      'Han går.\n\nHun sidder ned.',
      'Hun sidder ned.\n\nHan går.',
      'Hun sidder.\n\nHan går.',
    ]);
  });
});
