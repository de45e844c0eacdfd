import { currentCodebook, type Codebook } from '../fieldwork/codes';
import type { App } from '../shell/app';
import { newId } from '../store/identity';
import type { Subject } from '../store/subjects';
import { carryOver, compareCodes, type CarriedOver } from './compare';
import { without } from '../store/strikes';
import { strikeInCodebook } from './strike';
import { beginDraft, toPayload, type CodebookDraft } from './draft';

const LOCAL = 'codebook';
/** A draft is reported at a pause of this length and on leaving; on this device it is safe with every step. */
const REPORT_AFTER_MS = 30_000;
const VERDICT_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 150;

export type Published = 'published' | 'offline' | 'sign-in' | 'moved_on' | 'refused' | 'waiting';
type Version = Subject<'codebook'>;

/** The draft of this device, and what it follows. */
export class CodebookDesk {
  draft: CodebookDraft | undefined = $state.raw();
  private reported = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly app: App) {
    this.draft = readDraft(app.notebook.draft(LOCAL));
    this.reported = JSON.stringify(this.draft?.codes);
  }

  /** The newest version that the server has taken. */
  get latest(): Codebook | null {
    return this.app.live((notebook) => currentCodebook(notebook.list('codebook')));
  }

  /** Published versions, newest first. */
  get versions(): Version[] {
    const all = this.app.live((notebook) => notebook.list('codebook'));
    const published = all.filter(({ fields, is_on_server }) => fields.status === 'published' && is_on_server);
    return published.sort((one, other) => other.fields.version - one.fields.version);
  }

  /** What the draft began with. */
  get base(): Codebook | null {
    const follows = this.draft?.follows ?? this.latest?.version;
    const found = this.versions.find(({ fields }) => fields.version === follows)?.fields;
    return found ? { version: found.version, codes: [...found.codes] } : null;
  }

  /** Somebody published a version since the draft was begun. */
  get hasMovedOn(): boolean {
    return this.draft !== undefined && (this.latest?.version ?? 0) !== this.draft.follows;
  }

  /** Drafts that others, or this person on another device, have left behind the newest version. */
  get others(): Version[] {
    const next = (this.latest?.version ?? 0) + 1;
    const codes = this.latest?.codes ?? [];
    return this.app
      .live((notebook) => notebook.list('codebook'))
      .filter(({ id, fields }) => fields.status === 'draft' && fields.version === next && id !== this.draft?.id)
      .filter(({ fields }) => compareCodes(codes, fields.codes).length > 0);
  }

  /** A step: kept on this device at once. */
  change(step: (draft: CodebookDraft) => CodebookDraft): void {
    this.keep(step(this.draft ?? beginDraft(newId(), this.latest)));
  }

  private keep(draft: CodebookDraft): void {
    this.draft = draft;
    void this.app.notebook.saveDraft(LOCAL, JSON.stringify(draft)).catch(() => undefined);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.report(), REPORT_AFTER_MS);
  }

  /** Words go from the draft on this device too, before it is told again. */
  async strike(words: string, replacement: string): Promise<void> {
    if (this.draft) this.keep({ ...this.draft, ...without({ note: this.draft.note, codes: this.draft.codes }, words, replacement) });
    await strikeInCodebook(this.app.notebook, words, replacement);
  }

  /** Tell the others of the draft, unless they know it already. */
  async report(): Promise<void> {
    clearTimeout(this.timer);
    const draft = this.draft;
    if (!draft || this.hasMovedOn || this.isPublished(draft.id)) return;
    const now = JSON.stringify(draft.codes);
    if (now === this.reported) return;
    await this.app.notebook.write([{ kind: 'codebook.drafted', subject_id: draft.id, payload: toPayload(draft) }]);
    this.reported = now;
  }

  /** What was published under way is no draft any more. */
  forgetPublished(): void {
    const draft = this.draft;
    const version = draft && this.app.live((notebook) => notebook.get('codebook', draft.id));
    if (version?.fields.status !== 'published' || !version.is_on_server) return;
    this.draft = undefined;
    void this.app.notebook.dropDraft(LOCAL).catch(() => undefined);
  }

  private isPublished(id: string): boolean {
    return this.app.notebook.get('codebook', id)?.fields.status === 'published';
  }

  /** A copy of somebody's draft, as this device's own. */
  takeUp({ fields }: Version): void {
    this.keep({ id: newId(), follows: this.latest?.version ?? 0, note: fields.note ?? '', codes: fields.codes });
  }

  /** Begin from other codes: a starter, a file, an older version. */
  beginWith(codes: CodebookDraft['codes'], note: string): void {
    const started = beginDraft(newId(), this.latest);
    this.keep({ ...started, note, codes });
  }

  /** What is published stays; of what was reported of the draft nothing is left to take up. */
  async discard(): Promise<void> {
    clearTimeout(this.timer);
    const { draft, base } = this;
    this.draft = undefined;
    await this.app.notebook.dropDraft(LOCAL);
    if (!draft || !base || !this.app.notebook.get('codebook', draft.id) || this.isPublished(draft.id)) return;
    const payload = toPayload({ ...draft, note: '', codes: base.codes });
    if (payload.version > (this.latest?.version ?? 0)) {
      await this.app.notebook.write([{ kind: 'codebook.drafted', subject_id: draft.id, payload }]);
    }
  }

  /** The draft's changes on the newest version. */
  carryOver(): CarriedOver['both'] {
    const { draft, base, latest } = this;
    if (!draft || !latest) return [];
    const carried = carryOver(draft, base?.codes ?? [], latest, newId());
    this.keep(carried.draft);
    return carried.both;
  }

  /**
   * Only with the server, and only on the version that the draft follows. While nobody knows whether the server has
   * taken it ('waiting'), it counts as not published.
   */
  async publish(note: string): Promise<Published> {
    const { app } = this;
    await app.sync.sendNow();
    await this.settled();
    if (app.sync.state !== 'idle') return app.sync.state === 'sign-in' ? 'sign-in' : 'offline';
    const draft = this.draft;
    if (!draft) return 'refused';
    if (this.hasMovedOn) return 'moved_on';
    clearTimeout(this.timer);
    const payload = toPayload({ ...draft, note });
    const [change] = await app.notebook.write([{ kind: 'codebook.published', subject_id: draft.id, payload }]);
    const verdict = await this.verdictOf(change?.change_id ?? '', draft.id);
    if (verdict === 'published' || verdict === 'moved_on') this.reported = '';
    if (verdict === 'published') {
      this.draft = undefined;
      await app.notebook.dropDraft(LOCAL);
    } else if (verdict !== 'waiting') {
      // Under another id: what the server has set aside is told of this one.
      this.keep({ ...draft, note, id: newId() });
    }
    return verdict;
  }

  private async verdictOf(change_id: string, id: string): Promise<Published> {
    const { app } = this;
    const until = Date.now() + VERDICT_WITHIN_MS;
    while (Date.now() < until) {
      await app.sync.sendNow();
      const parked = (await app.notebook.parked()).find(({ change }) => change.change_id === change_id);
      if (parked) return parked.code === 'codebook.moved_on' ? 'moved_on' : 'refused';
      if (app.notebook.get('codebook', id)?.is_on_server) return 'published';
      await new Promise((resume) => setTimeout(resume, LOOK_EVERY_MS));
      if (app.sync.state === 'offline' || app.sync.state === 'sign-in') return 'waiting';
    }
    return 'waiting';
  }

  /** A sync that is under way is waited for. */
  private async settled(): Promise<void> {
    const until = Date.now() + VERDICT_WITHIN_MS;
    while (this.app.sync.state === 'sending' && Date.now() < until) {
      await new Promise((resume) => setTimeout(resume, LOOK_EVERY_MS));
    }
  }
}

/** A draft that cannot be read is none: what was reported of it is still there. */
function readDraft(kept: string | undefined): CodebookDraft | undefined {
  try {
    const draft = JSON.parse(kept ?? 'null') as Partial<CodebookDraft> | null;
    return draft && Array.isArray(draft.codes) && typeof draft.id === 'string' ? (draft as CodebookDraft) : undefined;
  } catch {
    return undefined;
  }
}
