// Sending one sealed ballot until the box has answered. The box knows a ballot by its hash, so the same
// bytes may arrive any number of times and count once; a second, different ballot is never made here.
import { OWN_HEADERS } from "./election.ts";

export type Answer =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly code: string; readonly zh: string; readonly en: string };

const PAUSES = [1, 2, 4, 8];
const LONGEST_PAUSE = 10;
const ANSWER_WITHIN = 15;

/** Seconds to wait before retry `count` (1 for the first). */
export function pause(count: number): number {
  return PAUSES[count - 1] ?? LONGEST_PAUSE;
}

/** One attempt; `null` means that nobody knows whether it arrived, and the same bytes must be sent again. */
async function attempt(ballot: string, tracker: string): Promise<Answer | null> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), ANSWER_WITHIN * 1000);
  try {
    const headers = { ...OWN_HEADERS, "Content-Type": "application/octet-stream" };
    const response = await fetch("/booth/ballots", {
      method: "POST", headers, body: ballot, cache: "no-store", redirect: "error", signal: abort.signal,
    });
    if (response.status >= 500 || response.status === 408 || response.status === 429) return null;
    const body = (await response.json()) as Record<string, unknown>;
    if (response.ok) return confirmed(body, tracker);
    if (typeof body.code !== "string") return null;
    return { kind: "refused", code: body.code, zh: String(body.zh ?? ""), en: String(body.en ?? "") };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** "已投票" is shown only for the ballot that was sealed here, whoever answers. */
function confirmed(body: Record<string, unknown>, tracker: string): Answer {
  if (body.tracker === tracker) return { kind: "accepted" };
  return {
    kind: "refused",
    code: "OTHER_TRACKER",
    zh: "票箱回答的凭据与封好的选票不符。请停用这台平板并告诉选举工作人员。",
    en: "The box answered with another tracker than the sealed ballot's. Stop using this tablet and tell the officials.",
  };
}

export class Sending {
  retries = 0;
  answer: Answer | null = null;
  private readonly began = Date.now();
  private stopped = false;

  constructor(
    private readonly ballot: string,
    private readonly tracker: string,
    private readonly changed: () => void,
  ) {}

  get seconds(): number {
    return Math.max(0, Math.round((Date.now() - this.began) / 1000));
  }

  async run(): Promise<void> {
    while (!this.stopped) {
      this.answer = await attempt(this.ballot, this.tracker);
      if (this.stopped) return;
      if (this.answer === null) this.retries += 1;
      this.changed();
      if (this.answer !== null) return;
      await new Promise((resolve) => setTimeout(resolve, pause(this.retries) * 1000));
    }
  }

  stop(): void {
    this.stopped = true;
  }
}
