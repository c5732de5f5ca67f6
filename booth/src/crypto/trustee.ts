// A trustee's key, rehearsal and partial decryption (ballot-protocol §3, §9).
import { sha256 } from "@noble/hashes/sha2.js";
import { Refusal } from "../refusal.ts";
import { toInteger, utf8 } from "./encoding.ts";
import { parseJson, type Election } from "./election.ts";
import { GENERATOR, GROUP, NEUTRAL, mod, parse, power, publicPower, randomScalar, text, texts, type Element } from "./group.ts";
import type { KeyHeader, TrusteeKey } from "./keyfile.ts";
import { proveDecryption, proveKnowledge, verifyKnowledge, type Proof } from "./proofs.ts";
import type { Ciphertext } from "./ballot.ts";

/** A fresh key for one election, and its public record with the proof of possession. */
export function makeKey(name: string, election: string): { key: TrusteeKey; publicRecord: string } {
  let secret = randomScalar();
  while (secret === 0n) secret = randomScalar();
  const publicKey = text(power(GENERATOR, secret));
  const pok = proveKnowledge(`pok|${GROUP}|${publicKey}|`, secret);
  return { key: { name, election, publicKey, secret }, publicRecord: JSON.stringify({ pok, public_key: publicKey, name }) };
}

/** The public keys of the trustees, in order; each with a valid proof, their product the election key. */
export function checkTrustees(election: Election, record: string): string[] {
  const items = parseJson(record);
  if (!Array.isArray(items) || items.length === 0) throw badTrustees();
  let product = NEUTRAL;
  const keys = items.map((item: unknown) => {
    const [kind, trustee] = (Array.isArray(item) ? item : []) as [unknown, Record<string, unknown> | null | undefined];
    if (kind !== "Single" || typeof trustee !== "object" || trustee === null) throw badTrustees();
    const element = parse(trustee["public_key"]);
    if (element.equals(NEUTRAL)) throw badTrustees();
    const publicKey = String(trustee["public_key"]);
    if (!verifyKnowledge(`pok|${GROUP}|${publicKey}|`, element, trustee["pok"])) throw badTrustees();
    product = product.add(element);
    return publicKey;
  });
  if (!product.equals(election.key)) throw badTrustees();
  return keys;
}

/** This key belongs to this election and is one of its trustees'. */
export function checkOwnKey(key: KeyHeader, election: Election, trustees: readonly string[]): void {
  if (key.election !== election.uuid) {
    throw new Refusal(
      "KEY_FILE_ELECTION",
      `这是另一次选举（${key.election}）的密钥文件，不能用于本次选举；请换成本次选举的文件。`,
      `This key file belongs to another election (${key.election}); use the file of this election.`,
    );
  }
  if (!trustees.includes(key.publicKey)) {
    throw new Refusal(
      "KEY_FILE_TRUSTEE",
      `这个密钥文件（${key.name}）不在本次选举的监督委员密钥之中；请由本人选择自己的文件。`,
      `This key file (${key.name}) is not among this election's trustees; each trustee must choose their own file.`,
    );
  }
}

/**
 * The rehearsal's ciphertexts follow from the fingerprint alone, so a trustee's device never
 * decrypts, before the count, anything that the server chose.
 */
export function rehearsalTally(election: Election): Ciphertext[][] {
  return election.questions.map(({ answers, blank }, i) => {
    const positions = answers.length + (blank ? 1 : 0);
    return Array.from({ length: positions }, (_, j) => {
      const r = mod(toInteger(sha256(utf8(`rehearsal|${election.fingerprint}|${i}|${j}`))));
      const m = BigInt((7 * i + 3 * j + 1) % 10);
      return {
        alpha: publicPower(GENERATOR, r),
        beta: publicPower(election.key, r).add(publicPower(GENERATOR, m)),
      };
    });
  });
}

export const rehearse = (key: TrusteeKey, election: Election): string =>
  partialDecryption(key, `rehearsal-${election.fingerprint}`, rehearsalTally(election));

export function partialDecryption(key: TrusteeKey, phi: string, tally: readonly (readonly Ciphertext[])[]): string {
  const factors: string[][] = [];
  const proofs: Proof[][] = [];
  for (const question of tally) {
    const parts = question.map(({ alpha }: { alpha: Element }) => proveDecryption(phi, key.secret, key.publicKey, alpha));
    factors.push(texts(parts.map(({ factor }) => factor)));
    proofs.push(parts.map(({ proof }) => proof));
  }
  return JSON.stringify({ decryption_factors: factors, decryption_proofs: proofs });
}

function badTrustees(): Refusal {
  return new Refusal(
    "TRUSTEES_RECORD",
    "监督委员的公钥与本场选举的公钥不符，请停下来并报告选举委员会。",
    "The trustees' keys do not make up this election's key; stop and tell the election committee.",
  );
}
