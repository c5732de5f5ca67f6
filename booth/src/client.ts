// What pages call. Everything secret happens in a Web Worker; a page holds handles and results.
import { checkGroup, parseCard, sortCredentials, type ParsedCard } from "./crypto/cardcode.ts";
import { Refusal, type Sentence } from "./refusal.ts";
import { qrSvg } from "./screen/qr.ts";
import type { Share } from "./crypto/tally.ts";
import type { Methods } from "./worker.ts";

export { checkGroup, parseCard, qrSvg, Refusal };
export type { ParsedCard, Sentence };

/** done of total; total 0 when the end is not known. */
export type OnProgress = (done: number, total: number) => void;

export interface OpenedCard {
  /** Names the signing key inside the worker until `forget`. */
  readonly handle: number;
  readonly credential: string;
}

export interface SealedBallot {
  readonly ballot: string;
  readonly tracker: string;
  /** 16 characters; show them with `inFours`. */
  readonly shortTracker: string;
  readonly ms: number;
}

declare const WORKER_VERSION: string;

interface Answer {
  readonly id: number;
  readonly progress?: { readonly done: number; readonly total: number };
  readonly value?: unknown;
  readonly refused?: Sentence;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  readonly onProgress: OnProgress | undefined;
}

type Result<M extends keyof Methods> = Awaited<ReturnType<Methods[M]>>;
type Params<M extends keyof Methods> = Parameters<Methods[M]>[0];

class CryptoWorker {
  private readonly worker = new Worker(new URL(`worker.js?v=${WORKER_VERSION}`, import.meta.url));
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<Answer>) => this.settle(data);
    this.worker.onerror = () => {
      const broken = new Refusal(
        "WORKER_FAULT",
        "浏览器中的加密程序没有启动，请刷新页面；若仍如此，请换一台设备。",
        "The cryptographic program did not start in this browser; reload the page, and if it stays so use another device.",
      );
      for (const { reject } of this.waiting.values()) reject(broken);
      this.waiting.clear();
    };
  }

  call<M extends keyof Methods>(method: M, params: Params<M>, onProgress?: OnProgress): Promise<Result<M>> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, onProgress });
      this.worker.postMessage({ id, method, params });
    });
  }

  end(): void {
    this.worker.terminate();
  }

  private settle({ id, progress, value, refused }: Answer): void {
    const call = this.waiting.get(id);
    if (call === undefined) return;
    if (progress !== undefined) {
      call.onProgress?.(progress.done, progress.total);
      return;
    }
    this.waiting.delete(id);
    if (refused !== undefined) call.reject(new Refusal(refused.code, refused.zh, refused.en));
    else call.resolve(value);
  }
}

let shared: CryptoWorker | null = null;
const worker = (): CryptoWorker => (shared ??= new CryptoWorker());

/** As many workers as the machine has cores for, each given one part; they end when all are done or one fails. */
async function inParallel<T>(parts: number, job: (worker: CryptoWorker, part: number) => Promise<T>): Promise<T[]> {
  const workers = Array.from({ length: parts }, () => new CryptoWorker());
  try {
    return await Promise.all(workers.map(job));
  } finally {
    for (const each of workers) each.end();
  }
}

const cores = (): number => Math.max(1, Math.min(8, navigator.hardwareConcurrency || 1));

/** Starts the worker and makes the tables for the election key, so that the first ballot is as fast as the next. */
export const prepare = (electionRecord: string): Promise<{ uuid: string; fingerprint: string }> =>
  worker().call("prepare", { electionRecord });

/** Derives the signing key of a card (30 digits, or a Belenios credential) and keeps it in the worker. */
export const openCard = (digits: string, uuid: string): Promise<OpenedCard> => worker().call("openCard", { digits, uuid });

/** `choices`: per question one 0 or 1 per position, the blank first where the question has one. */
export const sealBallot = (asked: { electionRecord: string; handle: number; choices: number[][] }): Promise<SealedBallot> =>
  worker().call("sealBallot", asked);

/** Drops every card. Call it when a voter leaves; leaving the page ends the worker as well. */
export const forget = (): Promise<null> => worker().call("forget", undefined);

/** A card's public half with the proof that it lies on the desk: the code itself never leaves the device. */
export const proveInHand = (
  asked: { digits: string; uuid: string; deed: string; mark: string; nonce: string },
): Promise<{ credential: string; proof: { challenge: string; response: string } }> => worker().call("proveInHand", asked);

export const makeTrusteeKey = (
  asked: { name: string; group: string; uuid: string; passphrase: string },
  onProgress?: OnProgress,
): Promise<{ publicRecord: string; keyFile: string; publicKey: string }> => worker().call("makeTrusteeKey", asked, onProgress);

export const openTrusteeKey = (
  asked: { keyFile: string; passphrase: string },
  onProgress?: OnProgress,
): Promise<{ name: string; uuid: string; publicKey: string }> => worker().call("openTrusteeKey", asked, onProgress);

export const rehearse = (
  asked: { keyFile: string; passphrase: string; election: string; trustees: string },
  onProgress?: OnProgress,
): Promise<{ record: string; fingerprint: string; publicKey: string }> => worker().call("rehearse", asked, onProgress);

/** What the device found in the archive, all ballots checked and added up. */
export interface DecryptionFacts {
  readonly ballots: number;
  readonly totalWeight: number;
  readonly fingerprint: string;
  readonly uuid: string;
  readonly publicKey: string;
  /** SHA-256 of the tally record, hex: what a key may open only one of. */
  readonly digest: string;
  /** Codes of what the trustee should think about: FEW_BALLOTS. */
  readonly warnings: readonly string[];
}

export interface Decryption extends DecryptionFacts {
  readonly record: string;
}

/**
 * Refuses a wrong file or passphrase at once; then checks every ballot of the archive on all cores,
 * adds them up, compares the sum with the archive's tally, asks `consent`, and only then decrypts.
 */
export async function decryptTally(
  asked: { archiveBytes: Uint8Array; keyFile: string; passphrase: string },
  { onProgress, consent }: { onProgress?: OnProgress; consent?: (facts: DecryptionFacts) => Promise<boolean> } = {},
): Promise<Decryption> {
  const { archiveBytes: archive, keyFile, passphrase } = asked;
  const { ballots } = await worker().call("checkSetup", { archive, keyFile, passphrase });
  const parts = Math.min(cores(), Math.max(1, ballots));
  const done = new Array<number>(parts).fill(0);
  const shares: Share[] = await inParallel(parts, (each, shard) =>
    each.call("checkShare", { archive, shard, shards: parts }, (checked) => {
      done[shard] = checked;
      onProgress?.(done.reduce((a, b) => a + b, 0), ballots);
    }),
  );
  const checked = await worker().call("checkTally", { archive, keyFile, shares });
  const facts = { ...checked, warnings: checked.ballots < FEW_BALLOTS ? ["FEW_BALLOTS"] : [] };
  if (consent !== undefined && !(await consent(facts))) {
    throw new Refusal(
      "DECRYPTION_DECLINED",
      "没有解密，也没有提交。请把不一致的地方告诉选举委员会。",
      "Nothing was decrypted or sent. Tell the election committee what differs.",
    );
  }
  // The worker repeats the comparison: what it decrypts is what it has just checked.
  const { record } = await worker().call("decryptTally", { archive, keyFile, passphrase, shares });
  return { ...facts, record };
}

/** Under this many ballots a result can tell how somebody voted; the page asks before sending the share. */
export const FEW_BALLOTS = 5;

/** `codes` in random order, for printing only; `credentials` sorted, for the server. */
export async function makeCards(
  { uuid, count }: { uuid: string; count: number },
  onProgress?: OnProgress,
): Promise<{ codes: string[]; credentials: string[] }> {
  const parts = Math.min(cores(), Math.max(1, count));
  const done = new Array<number>(parts).fill(0);
  const made = await inParallel(parts, (each, part) => {
    const share = Math.floor(count / parts) + (part < count % parts ? 1 : 0);
    return each.call("makeCards", { uuid, count: share }, (ready) => {
      done[part] = ready;
      onProgress?.(done.reduce((a, b) => a + b, 0), count);
    });
  });
  const cards = made.flat();
  return {
    codes: shuffled(cards.map(({ code }) => code)),
    credentials: sortCredentials(cards.map(({ credential }) => credential)),
  };
}

/** Fisher–Yates with unbiased draws. */
export function shuffled<T>(items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = randomBelow(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

function randomBelow(bound: number): number {
  const limit = Math.floor(2 ** 32 / bound) * bound;
  const word = new Uint32Array(1);
  do crypto.getRandomValues(word);
  while ((word[0] as number) >= limit);
  return (word[0] as number) % bound;
}

/** "ABCDEFGH…" → ["ABCD", "EFGH", …], as trackers are shown. */
export const inFours = (text: string): string[] => text.match(/.{1,4}/g) ?? [];
