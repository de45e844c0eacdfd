import type { Draft, StoredChange } from './changes';
import type { EntrySubject, Subject, SubjectType } from './subjects';

export interface NotebookAccount {
  readonly id: string;
  readonly name: string;
  readonly observer: string;
}

export interface Counts {
  /** Changes that this account made on this phone. */
  readonly on_phone: number;
  readonly unsent: number;
  readonly on_server: number;
  /** Changes that the server keeps in quarantine or could not read; they stay on this phone. */
  readonly parked: number;
}

/** One account's notes of one study on this phone. Reads are instant and never wait for the disk. */
export interface Notebook {
  readonly study_id: string;
  readonly account: NotebookAccount;

  /**
   * Save changes in ONE strict transaction: the changes, their places in the outbox, and the things they change.
   * Resolves after the transaction is complete, when the note is safe on this phone; rejects when it is not. With
   * `holds`, what the disk refused stays in memory, in `saveCopy` and in `unsent`, and is tried again with the next
   * save: for touches that nobody can repeat.
   */
  write(changes: Draft[], how?: { holds?: boolean }): Promise<StoredChange[]>;

  /** A thing that began and is known here. Retracted ones are given too. */
  get<T extends SubjectType>(type: T, id: string): Subject<T> | undefined;
  /** Rises with whatever becomes of an actor: what was found out about the people holds until then. */
  readonly people_revision: number;
  /** All things of a type, in the order of their ids (about the order in which they began); retracted ones too. */
  list<T extends SubjectType>(type: T): Subject<T>[];
  /** The entries of an encounter in stream order (start, then the device's number); retracted ones too. */
  entriesOf(encounter_id: string): EntrySubject[];
  /** The ids of the changes that stand now in these fields. */
  parentsOf(subject_id: string, fields: string[]): string[];
  /** Everything ever reported on a thing, oldest first. */
  history(subject_id: string): Promise<StoredChange[]>;
  /** Every change that was reported as one of a group, oldest first: what may be taken back together. */
  grouped(): Promise<StoredChange[]>;

  counts(): Counts;
  /** Why each parked change is parked. */
  parked(): Promise<{ change: StoredChange; code: string }[]>;
  /** Something was erased, and the disk of this phone still holds the bytes of it. */
  readonly isUnclean: boolean;
  /** True while a save has taken more than 1.5 s or is held in memory: offer "Save copy" and "Send now". */
  readonly isStuck: boolean;
  /** False while older encounters' entries are still being read after the start. */
  readonly isComplete: boolean;
  /** Called after every committed write or pulled page, also from other tabs. Gives back how to stop. */
  subscribe(changed: () => void): () => void;

  /** A text being typed, kept across a crash. Not a note yet. */
  draft(key: string): string | undefined;
  /** There is one, but it is under the lock of this phone: nothing can be written over it before it is opened. */
  isDraftLocked(key: string): boolean;
  saveDraft(key: string, text: string): Promise<void>;
  dropDraft(key: string): Promise<void>;

  /** Unsent changes as JSON Lines, also when the database does not answer. */
  saveCopy(): Promise<Blob>;
}
