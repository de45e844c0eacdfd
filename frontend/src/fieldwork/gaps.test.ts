import { describe, expect, it } from 'vitest';
import en from '../../messages/en.json' with { type: 'json' };
import { gapName, OFF_RECORD_REASONS, reasonName } from './gaps';

describe('a gap', () => {
  it('is called what it is: only one of the three kinds is off record', () => {
    expect(['off_record', 'not_recorded', 'struck'].map(gapName)).toEqual(['off record', 'not recorded', 'struck']);
  });
});

describe('why one is off record', () => {
  it('is kept as a key, never as a text of one language', () => {
    expect(OFF_RECORD_REASONS).toEqual(['private_talk', 'was_asked_to', 'intimate_care', 'break']);
    expect(Object.values(en)).toEqual(expect.arrayContaining(OFF_RECORD_REASONS.map(reasonName)));
  });

  it('is shown as it stands when it was written in words', () => {
    expect(reasonName('the phone rang')).toBe('the phone rang');
    expect(reasonName('toString')).toBe('toString');
  });
});
