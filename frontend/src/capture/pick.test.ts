import { describe, expect, it } from 'vitest';
import { emptyPick, LONE_TOUCH_MS, touch, type FieldMode, type Outcome, type Pick, type Touch } from './pick';

const T0 = 1_800_000_000_000;

/** Play touches, each with seconds after T0; the outcome of the last one. */
function play(touches: [number, Touch][], mode: FieldMode = 'structures', start: Pick = emptyPick()): Outcome {
  let outcome: Outcome = { pick: start, commit: null };
  for (const [seconds, touched] of touches) outcome = touch(outcome.pick, touched, T0 + seconds * 1000, mode);
  return outcome;
}

const actor = (id: string): Touch => ({ on: 'actor', id });
const action = (key: string): Touch => ({ on: 'action', key });
const structure = (key: string): Touch => ({ on: 'structure', key });

describe('the time of an entry', () => {
  it('is the first touch of it', () => {
    const { commit } = play([
      [0, actor('p1')],
      [3, action('asks')],
      [9, structure('doing_with')],
    ]);
    expect(commit?.started_ms).toBe(T0);
  });

  it('is the structure tap itself when that is the only touch', () => {
    expect(play([[5, structure('unclear')]]).commit?.started_ms).toBe(T0 + 5000);
  });

  it('forgets a first touch that stayed alone for more than 20 seconds', () => {
    const late = LONE_TOUCH_MS / 1000 + 1;
    const { commit } = play([
      [0, action('asks')],
      [late, structure('directing')],
    ]);
    expect(commit?.started_ms).toBe(T0 + late * 1000);
  });

  it('keeps a first touch for exactly 20 seconds', () => {
    const { commit } = play([
      [0, actor('p1')],
      [20, { on: 'mark' }],
    ]);
    expect(commit?.started_ms).toBe(T0);
  });

  it('keeps the first of two touches however long the third takes', () => {
    const { commit } = play([
      [0, actor('p1')],
      [2, action('asks')],
      [70, structure('directing')],
    ]);
    expect(commit?.started_ms).toBe(T0);
  });

  it('begins anew with another actor while nothing else is picked', () => {
    const { commit } = play([
      [0, actor('p1')],
      [15, actor('c1')],
      [17, structure('directing')],
    ]);
    expect(commit).toMatchObject({ actor_id: 'c1', started_ms: T0 + 15_000 });
  });
});

describe('what commits', () => {
  it('is a structure tap; the actor stays and the rest clears', () => {
    const { pick, commit } = play([
      [0, actor('p1')],
      [1, action('asks')],
      [2, structure('doing_for')],
    ]);
    expect(commit).toMatchObject({ actor_id: 'p1', action: 'asks', structure: 'doing_for' });
    expect(pick).toEqual(emptyPick('p1'));
  });

  it('is an action tap where the study has no structure row', () => {
    expect(play([[0, action('asks')]], 'actions', emptyPick('p1')).commit).toMatchObject({
      actor_id: 'p1',
      action: 'asks',
      structure: null,
    });
  });

  it('is never an action tap where there is a structure row; a second tap takes it back', () => {
    const once = play([[0, action('asks')]]);
    expect(once.commit).toBeNull();
    expect(once.pick.action).toBe('asks');
    expect(play([[1, action('asks')]], 'structures', once.pick).pick.action).toBeNull();
  });

  it('is the tap on an action that runs, also where there is a structure row', () => {
    const { commit, pick } = play([[0, { on: 'action', key: 'handles', runs: true }]], 'structures', emptyPick('p1'));
    expect(commit).toMatchObject({ actor_id: 'p1', action: 'handles', structure: null });
    expect(pick.action).toBeNull();
  });

  it('is MARK with whatever was picked so far, even with nothing', () => {
    expect(play([[0, { on: 'mark' }]]).commit).toEqual({
      actor_id: null,
      recipient_id: null,
      action: null,
      structure: null,
      started_ms: T0,
      with_words: false,
    });
    const picked = play([
      [0, actor('p1')],
      [1, action('asks')],
      [2, { on: 'mark' }],
    ]);
    expect(picked.commit).toMatchObject({ actor_id: 'p1', action: 'asks', structure: null });
  });

  it('is WORDS at the touch, and says so', () => {
    expect(play([[4, { on: 'words' }]]).commit).toMatchObject({ with_words: true, started_ms: T0 + 4000 });
  });
});

describe('the recipient', () => {
  it('is the actor after the arrow, and is never guessed', () => {
    const { commit } = play([
      [0, actor('p1')],
      [1, { on: 'arrow' }],
      [2, actor('c1')],
      [3, structure('directing')],
    ]);
    expect(commit).toMatchObject({ actor_id: 'p1', recipient_id: 'c1', started_ms: T0 });
    expect(play([[0, structure('directing')]], 'structures', emptyPick('p1')).commit?.recipient_id).toBeNull();
  });

  it('is dropped by a second touch of the arrow', () => {
    const { pick } = play([
      [0, { on: 'arrow' }],
      [1, actor('c1')],
      [2, { on: 'arrow' }],
    ]);
    expect(pick).toMatchObject({ recipient_id: null, aiming: false });
  });

  it('leaves the next actor tap to the actor again', () => {
    const { pick } = play([
      [0, actor('p1')],
      [1, { on: 'arrow' }],
      [2, actor('c1')],
      [3, actor('r1')],
    ]);
    expect(pick).toMatchObject({ actor_id: 'r1', recipient_id: 'c1' });
  });
});
