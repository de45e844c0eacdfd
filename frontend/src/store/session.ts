/** What this phone remembers between starts, apart from notes: who is signed in, which studies, which settings. */

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly is_admin?: boolean;
}

export type Role = 'lead' | 'observer' | 'reader' | 'analyst' | 'auditor';

export interface StudyBrief {
  readonly study_id: string;
  readonly title: string;
  readonly role: Role;
  readonly observer: string;
  readonly member_id?: string;
  readonly is_demo: boolean;
}
