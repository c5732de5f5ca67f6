// Schnorr proofs, "one of these is so" proofs and decryption proofs (ballot-protocol §3, §7, §9).
import {
  GENERATOR,
  ORDER,
  hashToScalar,
  mod,
  parseScalar,
  power,
  publicPower,
  randomScalar,
  texts,
  type Element,
} from "./group.ts";

export interface Proof {
  readonly challenge: string;
  readonly response: string;
}

const proof = (challenge: bigint, response: bigint): Proof => ({
  challenge: mod(challenge).toString(),
  response: mod(response).toString(),
});

export function parseProof(value: unknown): { challenge: bigint; response: bigint } {
  const fields = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  return { challenge: parseScalar(fields["challenge"]), response: parseScalar(fields["response"]) };
}

/** Knowledge of `secret`: challenge = H(prefix; g^w), response = w − secret·challenge. */
export function proveKnowledge(prefix: string, secret: bigint): Proof {
  const w = randomScalar();
  const challenge = hashToScalar(prefix, texts([power(GENERATOR, w)]));
  return proof(challenge, w - secret * challenge);
}

export function verifyKnowledge(prefix: string, key: Element, value: unknown): boolean {
  const { challenge, response } = parseProof(value);
  const commitment = publicPower(GENERATOR, response).add(publicPower(key, challenge));
  return hashToScalar(prefix, texts([commitment])) === challenge;
}

/**
 * One branch of a disjunction seen by its prover, who knows the randomness `r` of the ciphertext
 * and `offset` = plaintext − claimed value. The branch is true exactly when the offset is 0.
 */
export interface Branch {
  readonly r: bigint;
  readonly offset: number;
}

/**
 * Proves that at least one branch is true. With u = response + r·c, the commitments of a simulated
 * branch are g^u and y^u·g^(offset·c): fixed bases only, so every branch costs table look-ups.
 */
export function proveOneOf(prefix: string, y: Element, branches: readonly Branch[]): Proof[] {
  const real = branches.findIndex((branch) => branch.offset === 0);
  if (real < 0) throw new Error("no branch of the disjunction is true");
  const nonces = branches.map(randomScalar);
  const challenges = branches.map(randomScalar);
  const commitments: Element[] = [];
  branches.forEach(({ offset }, j) => {
    const u = nonces[j] as bigint;
    const shift = BigInt(offset) * (challenges[j] as bigint);
    commitments.push(power(GENERATOR, u), power(y, u).add(power(GENERATOR, shift)));
  });
  const total = hashToScalar(prefix, texts(commitments));
  const others = challenges.reduce((sum, c, j) => (j === real ? sum : sum + c), 0n);
  challenges[real] = mod(total - others);
  return branches.map(({ r }, j) => {
    const c = challenges[j] as bigint;
    return proof(c, (nonces[j] as bigint) - r * c);
  });
}

/** One branch seen by a verifier: the ciphertext holds `value`. */
export interface Claim {
  readonly alpha: Element;
  readonly beta: Element;
  readonly value: number;
}

export function verifyOneOf(prefix: string, y: Element, claims: readonly Claim[], values: unknown): boolean {
  if (!Array.isArray(values) || values.length !== claims.length) return false;
  const commitments: Element[] = [];
  let sum = 0n;
  claims.forEach(({ alpha, beta, value }, j) => {
    const { challenge, response } = parseProof(values[j]);
    // beta/g^value raised to c is beta^c · g^(−value·c): the generator has tables.
    const shift = mod(-BigInt(value) * challenge);
    commitments.push(
      publicPower(GENERATOR, response).add(publicPower(alpha, challenge)),
      publicPower(y, response).add(publicPower(beta, challenge)).add(publicPower(GENERATOR, shift)),
    );
    sum += challenge;
  });
  return hashToScalar(prefix, texts(commitments)) === sum % ORDER;
}

/** F = alpha^x with the proof that it is so (§9). `phi` is the fingerprint, or `rehearsal-`fingerprint. */
export function proveDecryption(phi: string, x: bigint, publicKey: string, alpha: Element): { factor: Element; proof: Proof } {
  const w = randomScalar();
  const commitments = texts([power(GENERATOR, w), power(alpha, w)]);
  const challenge = hashToScalar(`decrypt|${phi}|${publicKey}|`, commitments);
  return { factor: power(alpha, x), proof: proof(challenge, w - x * challenge) };
}
