/** What a check of evidence found. */

/** `note`: worth knowing, and no reason to doubt the evidence. */
export interface Finding {
  readonly is: 'ok' | 'bad' | 'note';
  /** The file or part that it is about. */
  readonly about: string;
  readonly said: string;
}

export const ok = (about: string, said: string): Finding => ({ is: 'ok', about, said });
export const bad = (about: string, said: string): Finding => ({ is: 'bad', about, said });
export const note = (about: string, said: string): Finding => ({ is: 'note', about, said });
