import { describe, expect, it } from 'vitest';
import type { Codebook } from '../fieldwork/codes';
import { afterUndo, endEncounter, giveStructure, logEntry, stopState, undo, type LogContext } from './log';
import { backDate, jot, mayGoBack, placeBetween, swapActors } from './mend';
import { reflection, sameAgain, type Commit } from './pick';
import { openStates, type EntryLike } from './running';

const NOW = Date.parse('2026-03-02T08:00:00.000Z');
const codebook: Codebook = {
  version: 3,
  codes: [
    { dimension: 'action', key: 'asks', label: { en: 'Asks' }, timing: 'point', scope: 'act' },
    { dimension: 'action', key: 'handles', label: { en: 'Handles' }, timing: 'state', scope: 'act' },
    { dimension: 'structure', key: 'directing', label: { en: 'D' }, timing: 'either', scope: 'interaction', exclusive_set: 's' },
    { dimension: 'structure', key: 'leaving', label: { en: 'L' }, timing: 'either', scope: 'interaction', exclusive_set: 's' },
  ],
};

function context(entries: readonly EntryLike[] = []): LogContext {
  let next = 0;
  return {
    encounter_id: 'e1',
    codebook,
    running: openStates(entries),
    newId: () => `id-${++next}`,
    stamp: (ms) => new Date(ms).toISOString(),
  };
}

function commit(more: Partial<Commit> = {}): Commit {
  return { actor_id: null, recipient_id: null, action: null, structure: null, started_ms: NOW, with_words: false, ...more };
}

describe('an entry', () => {
  it('carries its first touch, its codebook version and how its structure was given', () => {
    const { drafts } = logEntry(commit({ actor_id: 'p1', action: 'asks', structure: 'directing' }), NOW + 9000, context());
    expect(drafts).toHaveLength(1);
    expect(drafts[0]?.payload).toMatchObject({
      kind: 'point',
      started_at: '2026-03-02T08:00:00.000Z',
      structure_origin: 'explicit',
      codebook_version: 3,
      taken: 'tap',
    });
  });

  it('as a mark has structure origin none and is a point', () => {
    const { drafts } = logEntry(commit(), NOW, context());
    expect(drafts[0]?.payload).toMatchObject({ kind: 'point', structure: null, structure_origin: 'none', actor_id: null });
  });

  it('of words alone is a note; with an action it stays what was seen', () => {
    expect(logEntry(commit({ with_words: true }), NOW, context()).drafts[0]?.payload).toMatchObject({ kind: 'note' });
    const asked = logEntry(commit({ with_words: true, action: 'asks' }), NOW, context());
    expect(asked.drafts[0]?.payload).toMatchObject({ kind: 'point' });
  });

  it('with a code of timing state runs until it is stopped', () => {
    const { drafts } = logEntry(commit({ action: 'handles' }), NOW, context());
    expect(drafts[0]?.payload).toMatchObject({ kind: 'state' });
    expect(stopState('a', NOW, context()).drafts[0]).toMatchObject({
      kind: 'entry.amended',
      subject_id: 'a',
      payload: { ended_at: '2026-03-02T08:00:00.000Z', end_origin: 'tap' },
    });
  });

  it('closes the running state of its exclusive set at its own start, in one group', () => {
    const running = [{ id: 'old', fields: { kind: 'state', structure: 'directing' } }];
    const { drafts, act } = logEntry(commit({ structure: 'leaving' }), NOW + 5000, context(running));
    expect(drafts.map((draft) => draft.subject_id)).toEqual(['id-1', 'old']);
    expect(drafts[1]?.payload).toEqual({ ended_at: '2026-03-02T08:00:00.000Z', end_origin: 'exclusive' });
    expect(new Set(drafts.map((draft) => draft.group_id))).toEqual(new Set(['id-2']));
    expect(act.closed).toEqual([{ entry_id: 'old', ended_at: '2026-03-02T08:00:00.000Z' }]);
  });
});

describe('a structure right after an action that runs', () => {
  it('is given to it explicitly and closes what it excludes', () => {
    const entries = [
      { id: 'now', fields: { kind: 'state', action: 'handles' } },
      { id: 'old', fields: { kind: 'state', structure: 'directing' } },
    ];
    const before = { did: 'logged' as const, entry_id: 'now', closed: [{ entry_id: 'older', ended_at: 'then' }] };
    const { drafts, act } = giveStructure(before, 'leaving', NOW, context(entries));
    expect(drafts.map((draft) => [draft.subject_id, draft.payload])).toEqual([
      ['now', { structure: 'leaving', structure_origin: 'explicit' }],
      ['old', { ended_at: '2026-03-02T08:00:00.000Z', end_origin: 'exclusive' }],
    ]);
    expect(act.closed.map((state) => state.entry_id)).toEqual(['older', 'old']);
  });
});

describe('undo', () => {
  it('retracts the entry and lets the states that it closed run again', () => {
    const drafts = undo({ did: 'logged', entry_id: 'a', closed: [{ entry_id: 'b', ended_at: 'then' }] }, context());
    expect(drafts.map((draft) => [draft.kind, draft.subject_id])).toEqual([
      ['entry.retracted', 'a'],
      ['entry.amended', 'b'],
    ]);
    expect(drafts[1]?.payload).toEqual({ ended_at: null, end_origin: null });
  });

  it('of a stop lets the state run again without taking it back', () => {
    const drafts = undo({ did: 'stopped', entry_id: 'a', closed: [] }, context());
    expect(drafts).toEqual([{ kind: 'entry.amended', subject_id: 'a', payload: { ended_at: null, end_origin: null } }]);
  });

  it('of an undo restores the entry, and closes again at the same time what the entry had closed', () => {
    const logged = { did: 'logged' as const, entry_id: 'a', closed: [{ entry_id: 'b', ended_at: 'then' }] };
    const undone = afterUndo(logged);
    const drafts = undo(undone ?? logged, context());
    expect(drafts.map((draft) => [draft.kind, draft.subject_id, draft.payload])).toEqual([
      ['entry.restored', 'a', {}],
      ['entry.amended', 'b', { ended_at: 'then', end_origin: 'exclusive' }],
    ]);
    expect(new Set(drafts.map((draft) => draft.group_id)).size).toBe(1);
    expect(undone && afterUndo(undone)).toEqual(logged);
  });

  it('of a stop leaves nothing to put back', () => {
    expect(afterUndo({ did: 'stopped', entry_id: 'a', closed: [] })).toBeNull();
  });
});

describe('the recent line', () => {
  const fields = { encounter_id: 'e1', kind: 'point' as const, started_at: '2026-03-02T08:00:00.000Z' };

  it('turns who did what to whom around', () => {
    const draft = swapActors({ id: 'a', fields: { ...fields, actor_id: 'p1', recipient_id: 'c1' } });
    expect(draft.payload).toEqual({ actor_id: 'c1', recipient_id: 'p1' });
  });

  it('puts an entry back in time, says so, and grows its vagueness', () => {
    const draft = backDate({ id: 'a', fields: { ...fields, precision_s: 30 } }, 2, 0, context().stamp);
    expect(draft.payload).toEqual({ started_at: '2026-03-02T07:58:00.000Z', taken: 'back_dated', precision_s: 90 });
  });

  it('offers only those minutes that lie within the encounter', () => {
    const offered = [1, 2, 5].filter((minutes) => mayGoBack(fields, minutes, '2026-03-02T07:58:00.000Z'));
    expect(offered).toEqual([1, 2]);
  });

  it('never puts an entry before its encounter', () => {
    const draft = backDate({ id: 'a', fields }, 5, NOW - 60_000, context().stamp);
    expect(draft.payload).toMatchObject({ started_at: '2026-03-02T07:59:00.000Z', precision_s: 30 });
  });
});

describe('the end of an encounter', () => {
  it('ends what still runs first, and marks that nobody tapped it', () => {
    const running = [{ id: 'r', fields: { kind: 'state', action: 'handles' } }];
    const drafts = endEncounter(context(running), NOW);
    expect(drafts.map((draft) => draft.kind)).toEqual(['entry.amended', 'encounter.ended']);
    expect(drafts[0]?.payload).toMatchObject({ end_origin: 'encounter_end' });
    expect(drafts[1]?.payload).toMatchObject({ end_origin: 'tap', ended_at: '2026-03-02T08:00:00.000Z' });
  });
});

describe('a jotting', () => {
  it('is kept letter for letter; an emptied one is none', () => {
    expect(jot('a', '=smør på brødet 🥖 ', false).payload).toEqual({ jotting: '=smør på brødet 🥖 ', verbatim: false });
    expect(jot('a', '', true).payload).toMatchObject({ jotting: null });
  });
});

describe('same again', () => {
  it('repeats who, whom and codes at its own touch, and says that the structure was carried over', () => {
    const before = { actor_id: 'p1', recipient_id: 'c1', action: 'asks', structure: 'directing', jotting: 'vent', flags: ['x'] };
    const { drafts } = logEntry(sameAgain(before, NOW + 60_000), NOW + 60_000, context());
    expect(drafts[0]?.payload).toMatchObject({
      actor_id: 'p1',
      recipient_id: 'c1',
      action: 'asks',
      structure: 'directing',
      structure_origin: 'carried',
      started_at: '2026-03-02T08:01:00.000Z',
    });
    expect(drafts[0]?.payload).not.toHaveProperty('jotting');
  });

  it('of an entry without a structure carries none', () => {
    expect(logEntry(sameAgain({ action: 'asks' }, NOW), NOW, context()).drafts[0]?.payload).toMatchObject({ structure_origin: 'none' });
  });
});

describe('a reflection', () => {
  it('is its own kind and about nobody', () => {
    const { drafts } = logEntry(reflection(NOW), NOW, context());
    expect(drafts[0]?.payload).toMatchObject({ kind: 'reflection', actor_id: null, action: null, structure: null });
  });
});

describe('some time between two moments', () => {
  it('is the middle of them, as vague as half of what lies between', () => {
    const draft = placeBetween('a', NOW, NOW + 15 * 60_000, context().stamp);
    expect(draft.payload).toEqual({ started_at: '2026-03-02T08:07:30.000Z', taken: 'back_dated', precision_s: 450 });
    expect(placeBetween('a', NOW + 15 * 60_000, NOW, context().stamp)).toEqual(draft);
  });
});
