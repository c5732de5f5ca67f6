// Sealing a ballot, and checking one (ballot-protocol §7).
import { sha256 } from "@noble/hashes/sha2.js";
import { Refusal } from "../refusal.ts";
import { sha256Base64, utf8 } from "./encoding.ts";
import { parseJson, type Election, type Question } from "./election.ts";
import { GENERATOR, NEUTRAL, mod, parse, power, randomScalar, text, texts, type Element } from "./group.ts";
import { proveKnowledge, proveOneOf, verifyKnowledge, verifyOneOf, type Branch, type Claim, type Proof } from "./proofs.ts";
import { shortFromHash } from "./trackers.ts";

interface CiphertextText {
  readonly alpha: string;
  readonly beta: string;
}

interface AnswerRecord {
  choices: CiphertextText[];
  individual_proofs: Proof[][];
  overall_proof: Proof[];
  blank_proof?: Proof[];
}

export interface Ciphertext {
  readonly alpha: Element;
  readonly beta: Element;
}

/** Seals `choices` (per question one 0 or 1 per position, blank first) under the election key, signed with `secret`. */
export function makeBallot(election: Election, secret: bigint, choices: readonly (readonly number[])[]): string {
  if (choices.length !== election.questions.length) throw badChoices();
  election.questions.forEach((question, i) => checkChoices(question, choices[i] as readonly number[]));
  const credential = text(power(GENERATOR, secret));
  const context = `${election.fingerprint}|${credential}`;
  const answers = election.questions.map((question, i) =>
    sealAnswer(election.key, question, choices[i] as readonly number[], context),
  );
  const unsigned = {
    election_uuid: election.uuid,
    election_hash: election.fingerprint,
    credential,
    answers,
  };
  const hash = sha256Base64(utf8(JSON.stringify(unsigned)));
  return JSON.stringify({ ...unsigned, signature: { hash, proof: proveKnowledge(`sig|${hash}|`, secret) } });
}

function checkChoices(question: Question, chosen: readonly number[]): void {
  const positions = question.answers.length + (question.blank ? 1 : 0);
  if (chosen.length !== positions || !chosen.every((m) => m === 0 || m === 1)) throw badChoices();
  const named = sum(question.blank ? chosen.slice(1) : chosen);
  const isBlank = question.blank && chosen[0] === 1;
  if (isBlank ? named !== 0 : named < question.min || named > question.max) throw badChoices();
}

function badChoices(): Refusal {
  return new Refusal(
    "BALLOT_CHOICES",
    "选择的人数不符合本选票的规定，请返回修改。",
    "The choices do not fit this ballot's rules; go back and change them.",
  );
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const add = (a: bigint, b: bigint): bigint => mod(a + b);

function sealAnswer(y: Element, question: Question, chosen: readonly number[], context: string): AnswerRecord {
  const randomness = chosen.map(randomScalar);
  const points = chosen.flatMap((m, j) => {
    const r = randomness[j] as bigint;
    // Both branches add a point, so that sealing a 1 and sealing a 0 do the same work.
    return [power(GENERATOR, r), power(y, r).add(m === 1 ? GENERATOR : NEUTRAL)];
  });
  const written = texts(points);
  const pairs = chosen.map((_, j) => ({ alpha: written[2 * j] as string, beta: written[2 * j + 1] as string }));
  const individual = chosen.map((m, j) => {
    const r = randomness[j] as bigint;
    const branches = [0, 1].map((value) => ({ r, offset: m - value }));
    return proveOneOf(`prove|${context}|${written[2 * j]},${written[2 * j + 1]}|`, y, branches);
  });
  const whole = `${context}|${written.join(",")}`;
  const answer = { choices: pairs, individual_proofs: individual };
  if (question.blank) return { ...answer, ...proveWithBlank(y, question, chosen, randomness, whole) };
  const r = randomness.reduce(add, 0n);
  const product = texts([total(points, 0), total(points, 1)]).join(",");
  return {
    ...answer,
    overall_proof: proveOneOf(`prove|${whole}|${product}|`, y, range(question).map((value) => ({ r, offset: sum(chosen) - value }))),
  };
}

function proveWithBlank(
  y: Element,
  question: Question,
  chosen: readonly number[],
  randomness: readonly bigint[],
  whole: string,
): { overall_proof: Proof[]; blank_proof: Proof[] } {
  const m0 = chosen[0] as number;
  const r0 = randomness[0] as bigint;
  const mS = sum(chosen.slice(1));
  const rS = randomness.slice(1).reduce(add, 0n);
  const blank: Branch[] = [
    { r: r0, offset: m0 },
    { r: rS, offset: mS },
  ];
  const overall: Branch[] = [
    { r: r0, offset: m0 - 1 },
    ...range(question).map((value) => ({ r: rS, offset: mS - value })),
  ];
  return {
    overall_proof: proveOneOf(`bproof1|${whole}|`, y, overall),
    blank_proof: proveOneOf(`bproof0|${whole}|`, y, blank),
  };
}

const range = ({ min, max }: Question): number[] => Array.from({ length: max - min + 1 }, (_, i) => min + i);

/** Sum of every second point: the alphas (offset 0) or the betas (offset 1). */
function total(points: readonly Element[], offset: number): Element {
  return points.reduce((acc, point, i) => (i % 2 === offset ? acc.add(point) : acc), NEUTRAL);
}

/** Full tracker: b64(SHA-256(ballot record)), 43 characters. */
export const tracker = (ballot: string): string => sha256Base64(utf8(ballot));

/** Short tracker: 16 characters, shown as four groups of four. */
export const shortTracker = (ballot: string): string => shortFromHash(sha256(utf8(ballot)));

export interface CheckedBallot {
  readonly credential: string;
  readonly answers: readonly (readonly Ciphertext[])[];
}

/** Checks everything a ballot must satisfy by itself; throws a Refusal that names the failed check. */
export function verifyBallot(election: Election, record: string): CheckedBallot {
  const ballot = parseJson(record) as {
    election_uuid: unknown;
    election_hash: unknown;
    credential: unknown;
    answers: { choices: CiphertextText[]; individual_proofs: unknown[]; overall_proof: unknown; blank_proof?: unknown }[];
    signature: { hash: unknown; proof: unknown };
  };
  ensure(isShaped(election, ballot) && canonical(election, ballot) === record, "NOT_CANONICAL");
  ensure(ballot.election_uuid === election.uuid, "ELECTION_UUID");
  ensure(ballot.election_hash === election.fingerprint, "ELECTION_HASH");
  const credential = parse(ballot.credential);
  const { signature, ...unsigned } = ballot;
  ensure(signature.hash === sha256Base64(utf8(JSON.stringify(unsigned))), "SIGNATURE");
  ensure(verifyKnowledge(`sig|${String(signature.hash)}|`, credential, signature.proof), "SIGNATURE");
  const context = `${election.fingerprint}|${String(ballot.credential)}`;
  const answers = election.questions.map((question, i) =>
    verifyAnswer(election.key, question, ballot.answers[i] as AnswerRecord, context),
  );
  return { credential: String(ballot.credential), answers };
}

function verifyAnswer(y: Element, question: Question, answer: AnswerRecord, context: string): Ciphertext[] {
  const choices = answer.choices.map(({ alpha, beta }) => ({ alpha: parse(alpha), beta: parse(beta) }));
  choices.forEach((choice, j) => {
    const { alpha, beta } = answer.choices[j] as CiphertextText;
    const claims = [0, 1].map((value) => ({ ...choice, value }));
    ensure(verifyOneOf(`prove|${context}|${alpha},${beta}|`, y, claims, answer.individual_proofs[j]), "INDIVIDUAL_PROOF");
  });
  const whole = `${context}|${answer.choices.map(({ alpha, beta }) => `${alpha},${beta}`).join(",")}`;
  const named = product(question.blank ? choices.slice(1) : choices);
  const inRange: Claim[] = range(question).map((value) => ({ ...named, value }));
  if (!question.blank) {
    const prefix = `prove|${whole}|${texts([named.alpha, named.beta]).join(",")}|`;
    ensure(verifyOneOf(prefix, y, inRange, answer.overall_proof), "OVERALL_PROOF");
    return choices;
  }
  const first = choices[0] as Ciphertext;
  const blankClaims = [{ ...first, value: 0 }, { ...named, value: 0 }];
  ensure(verifyOneOf(`bproof0|${whole}|`, y, blankClaims, answer.blank_proof), "BLANK_PROOF");
  ensure(verifyOneOf(`bproof1|${whole}|`, y, [{ ...first, value: 1 }, ...inRange], answer.overall_proof), "OVERALL_PROOF");
  return choices;
}

function product(choices: readonly Ciphertext[]): Ciphertext {
  return choices.reduce((acc, c) => ({ alpha: acc.alpha.add(c.alpha), beta: acc.beta.add(c.beta) }), {
    alpha: NEUTRAL,
    beta: NEUTRAL,
  });
}

function isShaped(election: Election, value: unknown): boolean {
  const ballot = value as { answers?: unknown; signature?: unknown } | null;
  const answers = ballot?.answers;
  return (
    typeof ballot?.signature === "object" && ballot.signature !== null &&
    Array.isArray(answers) && answers.length === election.questions.length &&
    election.questions.every((question, i) => {
      const answer = answers[i] as { choices?: unknown; individual_proofs?: unknown } | null;
      const positions = question.answers.length + (question.blank ? 1 : 0);
      return [answer?.choices, answer?.individual_proofs].every((list) => Array.isArray(list) && list.length === positions);
    })
  );
}

/** The one form of this ballot: its known fields written again in their order. */
function canonical(election: Election, value: unknown): string {
  const ballot = value as Record<string, unknown> & { answers: Record<string, unknown>[] };
  const pair = (c: unknown): object => ({ alpha: field(c, "alpha"), beta: field(c, "beta") });
  const proof = (p: unknown): object => ({ challenge: field(p, "challenge"), response: field(p, "response") });
  const proofs = (list: unknown): object[] => (Array.isArray(list) ? list.map(proof) : []);
  const answers = ballot.answers.map((answer, i) => ({
    choices: (answer["choices"] as unknown[]).map(pair),
    individual_proofs: (answer["individual_proofs"] as unknown[]).map(proofs),
    overall_proof: proofs(answer["overall_proof"]),
    ...(election.questions[i]?.blank === true ? { blank_proof: proofs(answer["blank_proof"]) } : {}),
  }));
  const signature = { hash: field(ballot["signature"], "hash"), proof: proof(field(ballot["signature"], "proof")) };
  const { election_uuid, election_hash, credential } = ballot;
  return JSON.stringify({ election_uuid, election_hash, credential, answers, signature });
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function ensure(holds: boolean, check: string): void {
  if (holds) return;
  throw new Refusal(
    `BALLOT_${check}`,
    `票箱中有一张选票没有通过核对（${check}），请停止开票并报告选举委员会。`,
    `A ballot in the box fails its check (${check}); stop the count and tell the election committee.`,
  );
}
