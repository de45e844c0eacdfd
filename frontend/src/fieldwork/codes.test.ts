// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { currentCodebook } from './codes';

const version = (number: number, is_on_server?: boolean, status = 'published') => ({
  fields: { status, version: number, codes: [] },
  ...(is_on_server !== undefined && { is_on_server }),
});

describe('the codebook that is coded with', () => {
  it('is the highest version that was published', () => {
    expect(currentCodebook([version(1), version(3), version(2), version(4, true, 'draft')])?.version).toBe(3);
    expect(currentCodebook([version(1, true, 'draft')])).toBeNull();
  });

  it('is not one that the server has not taken yet: another may have been published in between', () => {
    expect(currentCodebook([version(1, true), version(2, false)])?.version).toBe(1);
  });

  it('is there too while a restored server has to hear of all of them again', () => {
    expect(currentCodebook([version(1, false), version(2, false)])?.version).toBe(2);
  });
});
