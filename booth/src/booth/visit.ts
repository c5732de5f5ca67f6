// One voter's visit: everything the tablet knows about it, in memory only. It ends with the document.
import type { SealedBallot } from "../client.ts";
import { UNDECIDED, vector, type Choice } from "./choices.ts";
import { EMPTY, type Entry } from "./cardentry.ts";
import type { Election } from "./election.ts";
import type { Sending } from "./send.ts";

export interface Visit {
  entry: Entry;
  /** Names the card inside the worker. */
  handle: number | null;
  choices: Choice[];
  sealing: boolean;
  sealed: SealedBallot | null;
  sending: Sending | null;
  cast: boolean;
  /** The paper is printed once: a second copy would be a second vote in the box. */
  printed: boolean;
  /** When the done screen goes, and how many seconds its ring stands for. */
  leaving: { readonly at: number; readonly of: number } | null;
}

export function newVisit(election: Election): Visit {
  const choices = election.offices.map(() => UNDECIDED);
  return { entry: EMPTY, handle: null, choices, sealing: false, sealed: null, sending: null, cast: false, printed: false, leaving: null };
}

/** One vector per question, in the order of the record. */
export function vectors(election: Election, visit: Visit): number[][] {
  return election.offices.map((office, index) => vector(visit.choices[index] ?? UNDECIDED, office.candidates.length));
}
