// What the tablet shows, as the server sends it, and the three questions it asks the server.

export interface Candidate {
  readonly number: number;
  readonly name: string;
  readonly sex: string;
  readonly age: number | null;
  readonly trade: string;
  readonly introduction: string;
  readonly photo: string | null;
}

export interface Office {
  readonly title: string;
  readonly seats: number;
  readonly candidates: readonly Candidate[];
}

export interface Election {
  readonly uuid: string;
  readonly title: string;
  readonly hall: string;
  readonly kiosk?: string;
  readonly day?: string;
  /** The election record, byte for byte: it is what the ballot is bound to. */
  readonly election: string;
  readonly write_in: readonly boolean[];
  readonly offices: readonly Office[];
  /** "paper": the tablet prints the marked ballot for the box, and its own count is the check of that count. */
  readonly legal_record?: string;
  readonly state: string;
  readonly idle_seconds: number;
  readonly done_seconds: number;
}

export type PollState = "open" | "paused" | "before" | "ended";

/** The poll as the voter understands it; an unknown word from the server is read as paused, never as open. */
export function pollState(state: string): PollState {
  if (state === "open" || state === "closing") return "open";
  if (["draft", "published", "preparing", "sealed", "rehearsed", "before"].includes(state)) return "before";
  if (["closed", "counting", "tallied", "opened", "decided", "certified", "void", "ended"].includes(state)) return "ended";
  return "paused";
}

/** Only this page's own script can set the header: with the strict cookie it keeps other sites out. */
export const OWN_HEADERS = { Accept: "application/json", "X-Booth": "1" };

export class NotPaired extends Error {}

/** The form is not fixed yet. */
export class NotReady extends Error {}

export async function fetchElection(): Promise<Election> {
  const answer = await fetch("/booth/election", { headers: OWN_HEADERS, cache: "no-store" });
  if (answer.status === 401 || answer.status === 403) throw new NotPaired();
  if (answer.status === 409) throw new NotReady();
  if (!answer.ok) throw new Error(`election: ${answer.status}`);
  return (await answer.json()) as Election;
}

/** Lights or clears the lamp on the desk screen; false when the desk was not reached. */
export async function callStaff(on: boolean): Promise<boolean> {
  try {
    const headers = { ...OWN_HEADERS, "Content-Type": "application/json" };
    const answer = await fetch("/booth/help", { method: "POST", headers, cache: "no-store", body: JSON.stringify({ on }) });
    return answer.ok;
  } catch {
    return false;
  }
}

const DOUBLE = ["欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文", "轩辕", "夏侯", "端木", "南宫", "独孤", "闻人", "澹台", "公冶", "太史", "申屠", "呼延", "拓跋", "钟离", "百里", "东郭", "西门"];

/** The surname on the pale ground of a candidate without a photo; a rare character counts as one. */
export function surname(name: string): string {
  const letters = [...name];
  const two = letters.slice(0, 2).join("");
  return letters.length > 2 && DOUBLE.includes(two) ? two : (letters[0] ?? "");
}
