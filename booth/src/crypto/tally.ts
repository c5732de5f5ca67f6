// What a trustee's device checks before it decrypts: every ballot, and their sum (ballot-protocol §8).
import { Refusal } from "../refusal.ts";
import { parseArchive, type Archive } from "./archive.ts";
import { verifyBallot, type Ciphertext } from "./ballot.ts";
import { sha256Hex, utf8 } from "./encoding.ts";
import { parseElection, parseJson, type Election } from "./election.ts";
import { NEUTRAL, isMember, parse, parsePoint, publicPower, texts } from "./group.ts";
import type { KeyHeader } from "./keyfile.ts";
import { checkOwnKey, checkTrustees } from "./trustee.ts";

type TallyText = { alpha: string; beta: string }[][];

/** The sum over every `shards`-th ballot, written as a tally record. */
export interface Share {
  readonly shard: number;
  readonly shards: number;
  readonly sum: TallyText;
}

/** A tally that may be decrypted: it is the sum of checked ballots, and it is this key's election. */
export interface CheckedTally {
  readonly election: Election;
  readonly sum: Ciphertext[][];
  readonly ballots: number;
  readonly totalWeight: number;
  /** SHA-256 of the tally record, hex. */
  readonly digest: string;
}

/** The checks that need no ballot arithmetic, so that a wrong file is refused within a second. */
export function checkSetup(bytes: Uint8Array, key: KeyHeader): { fingerprint: string; ballots: number } {
  const archive = parseArchive(bytes);
  const election = parseElection(archive.election);
  checkOwnKey(key, election, checkTrustees(election, archive.trustees));
  checkCredentials(archive);
  if (archive.tally === null) throw noTally();
  return { fingerprint: election.fingerprint, ballots: archive.ballots.length };
}

/**
 * Verifies the ballots of one share and adds them up. A server that could slip in ciphertexts of
 * its own making could have single votes decrypted inside the sum, so each proof is checked here.
 */
export function checkShare(bytes: Uint8Array, shard: number, shards: number, onBallot: () => void = () => undefined): Share {
  const archive = parseArchive(bytes);
  const election = parseElection(archive.election);
  const weights = parseWeights(archive.credentials);
  let sum = neutralTally(election);
  archive.ballots.forEach((record, i) => {
    if (i % shards !== shard) return;
    const ballot = verifyBallot(election, record);
    const weight = weights.get(ballot.credential);
    if (weight === undefined) throw unknownCredential();
    sum = addTo(sum, ballot.answers, weight);
    onBallot();
  });
  return { shard, shards, sum: writeTally(sum) };
}

/** Compares the sum of all shares with the archive's tally, byte for byte. */
export function checkTally(bytes: Uint8Array, key: KeyHeader, shares: readonly Share[]): CheckedTally {
  checkSetup(bytes, key);
  const archive = parseArchive(bytes);
  const election = parseElection(archive.election);
  const sum = addShares(election, shares);
  const totalWeight = checkCredentials(archive);
  const record = JSON.stringify(writeTally(sum));
  const digest = sha256Hex(utf8(record));
  const sized = {
    num_tallied: count(archive.ballots.length),
    total_weight: count(totalWeight),
    encrypted_tally: digest,
  };
  if (archive.tally?.record !== record || archive.tally.sized !== JSON.stringify(sized)) throw otherTally();
  return { election, sum, ballots: archive.ballots.length, totalWeight, digest };
}

/** Each ballot by a card of the list, no card twice; returns the sum of the weights. */
function checkCredentials(archive: Archive): number {
  const weights = parseWeights(archive.credentials);
  const used = new Set<string>();
  let total = 0;
  for (const record of archive.ballots) {
    const { credential } = parseJson(record) as { credential: string };
    const weight = weights.get(credential);
    if (weight === undefined) throw unknownCredential();
    if (used.has(credential)) throw usedTwice();
    used.add(credential);
    total += weight;
  }
  return total;
}

function parseWeights(record: string): Map<string, number> {
  const list = parseJson(record);
  if (!Array.isArray(list)) throw unknownCredential();
  const weights = new Map<string, number>();
  for (const item of list as unknown[]) {
    const found = /^([0-9a-f]{64})(?:,(0|[1-9][0-9]{0,14}))?$/.exec(String(item));
    if (found === null || weights.has(found[1] as string)) throw unknownCredential();
    weights.set(found[1] as string, Number(found[2] ?? "1"));
  }
  return weights;
}

/** The tools write numbers above 2^30−1 as strings. */
const count = (value: number): number | string => (value > 1073741823 ? String(value) : value);

const neutralTally = (election: Election): Ciphertext[][] =>
  election.questions.map(({ answers, blank }) =>
    Array.from({ length: answers.length + (blank ? 1 : 0) }, () => ({ alpha: NEUTRAL, beta: NEUTRAL })),
  );

function addTo(sum: Ciphertext[][], answers: readonly (readonly Ciphertext[])[], weight: number): Ciphertext[][] {
  return sum.map((question, i) =>
    question.map(({ alpha, beta }, j) => {
      const choice = answers[i]?.[j] as Ciphertext;
      const times = (e: Ciphertext["alpha"]): Ciphertext["alpha"] => (weight === 1 ? e : publicPower(e, BigInt(weight)));
      return { alpha: alpha.add(times(choice.alpha)), beta: beta.add(times(choice.beta)) };
    }),
  );
}

function addShares(election: Election, shares: readonly Share[]): Ciphertext[][] {
  const expected = shares.every(({ shard, shards }, i) => shard === i && shards === shares.length);
  if (!expected || shares.length === 0) throw otherTally();
  const read = ({ sum }: Share): Ciphertext[][] =>
    sum.map((question) => question.map(({ alpha, beta }) => ({ alpha: parsePoint(alpha), beta: parsePoint(beta) })));
  const total = shares.reduce((acc, share) => addTo(acc, read(share), 1), neutralTally(election));
  // The secret key is about to multiply every alpha: outside the prime-order group that would tell of it.
  if (!total.every((question) => question.every(({ alpha }) => isMember(alpha)))) parse(null);
  return total;
}

function writeTally(tally: readonly (readonly Ciphertext[])[]): TallyText {
  return tally.map((question) => {
    const written = texts(question.flatMap(({ alpha, beta }) => [alpha, beta]));
    return question.map((_, j) => ({ alpha: written[2 * j] as string, beta: written[2 * j + 1] as string }));
  });
}

function otherTally(): Refusal {
  return new Refusal(
    "TALLY_DIFFERS",
    "票箱里的合计与逐张选票加起来的不一样，没有解密。请停止开票并报告选举委员会。",
    "The tally in the archive is not the sum of its ballots; nothing was decrypted. Stop the count and tell the election committee.",
  );
}

function noTally(): Refusal {
  return new Refusal(
    "NO_TALLY",
    "票箱还没有关闭合计，现在不能解密。请等选举工作人员开始计票后再来。",
    "The ballot box has not been closed and added up, so there is nothing to decrypt yet. Come back after the official has closed it.",
  );
}

function unknownCredential(): Refusal {
  return new Refusal(
    "BALLOT_UNKNOWN_CARD",
    "票箱中有一张选票不是用本场选举的选票卡投的，没有解密。请停止开票并报告选举委员会。",
    "A ballot in the box was not cast with a card of this election; nothing was decrypted. Stop the count and tell the election committee.",
  );
}

function usedTwice(): Refusal {
  return new Refusal(
    "BALLOT_CARD_TWICE",
    "票箱中有两张选票用了同一张选票卡，没有解密。请停止开票并报告选举委员会。",
    "Two ballots in the box were cast with one card; nothing was decrypted. Stop the count and tell the election committee.",
  );
}
