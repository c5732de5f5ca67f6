// What one voter has chosen for one office. Pure: the screen shows these values and never the other way round.

export interface Choice {
  /** Positions in the office's candidate list, ascending. */
  readonly picked: readonly number[];
  readonly blank: boolean;
}

export const UNDECIDED: Choice = { picked: [], blank: false };
export const BLANK: Choice = { picked: [], blank: true };

export function decided(choice: Choice): boolean {
  return choice.blank || choice.picked.length > 0;
}

/** A tap on a candidate: takes or releases; `null` when the seats are full (nothing is released by the system). */
export function tap(choice: Choice, candidate: number, seats: number): Choice | null {
  if (choice.picked.includes(candidate)) {
    return { picked: choice.picked.filter((position) => position !== candidate), blank: false };
  }
  if (choice.picked.length >= seats) return null;
  return { picked: [...choice.picked, candidate].sort((a, b) => a - b), blank: false };
}

export function tapBlank(choice: Choice): Choice {
  return choice.blank ? UNDECIDED : BLANK;
}

/** The plain vector of one question: the blank first, then 0 or 1 per candidate. */
export function vector(choice: Choice, candidates: number): number[] {
  if (!decided(choice)) throw new Error("an undecided office cannot be sealed");
  const marks = Array.from({ length: candidates }, (_, position) => (choice.picked.includes(position) ? 1 : 0));
  return [choice.blank ? 1 : 0, ...marks];
}
