/** What a key in a paragraph asks for. True: it was done, and the key is used up. */
export interface Acts {
  type(id: string, text: string): void;
  focus(id: string): void;
  split(id: string, at: number): boolean;
  join(id: string): boolean;
  move(id: string, step: -1 | 1): boolean;
  /** To the end of the paragraph before, or to the beginning of the next. */
  step(id: string, step: -1 | 1): boolean;
}
