import { describe, expect, it } from 'vitest';
import { Problem } from '../sync/problem';
import { sayProblem } from './sayProblem';

const REQUEST = '0192a000-0000-7000-8000-00000000beef';

describe('what did not work', () => {
  it('names the request where the server itself failed, so that its log can be asked', () => {
    const said = sayProblem(new Problem(500, 'server.failed', undefined, [], REQUEST));
    expect(said).toContain('server.failed');
    expect(said).toContain(REQUEST);
    expect(sayProblem(new Problem(500, 'server.failed'))).not.toContain('undefined');
  });

  it('troubles nobody with it where the answer was a refusal', () => {
    expect(sayProblem(new Problem(404, 'entry.unknown', undefined, [], REQUEST))).not.toContain(REQUEST);
    expect(sayProblem(new Problem(403, 'password.wrong', undefined, [], REQUEST))).not.toContain(REQUEST);
  });
});
