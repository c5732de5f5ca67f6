// The code on a ballot card → the key that signs the ballot → the public credential.
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Refusal } from "../refusal.ts";
import { parseCard } from "./cardcode.ts";
import { sha256Hex, toInteger, utf8 } from "./encoding.ts";
import { GENERATOR, mod, power, text } from "./group.ts";
import { proveKnowledge, type Proof } from "./proofs.ts";

const ROUNDS = 10_000;

/** The signing key of a card in one election. */
export function cardSecret(typed: string, uuid: string): bigint {
  const card = parseCard(typed);
  if (!card.ok) throw wrongGroup(card.wrongGroup ?? 1);
  const secret = card.digits.includes("-") ? beleniosSecret(card.digits, uuid) : digitsSecret(card.digits, uuid);
  if (secret === 0n) throw wrongGroup(1);
  return secret;
}

function digitsSecret(digits: string, uuid: string): bigint {
  return mod(toInteger(pbkdf2(sha256, utf8(digits), utf8(uuid), { c: ROUNDS, dkLen: 32 })));
}

function beleniosSecret(code: string, uuid: string): bigint {
  const half = (i: number): string => sha256Hex(utf8(`derive_credential|${uuid}|${i}|${code}`));
  return mod(BigInt(`0x${half(0)}${half(1)}`));
}

export const publicCredential = (typed: string, uuid: string): string => text(power(GENERATOR, cardSecret(typed, uuid)));

/** What the desk does with a card that lies there. `mark` is the check-in that is undone, or empty. */
export interface Deed {
  readonly deed: string;
  readonly mark: string;
  readonly nonce: string;
}

/** The card's public half, and the proof that its key is here: good for this deed and this nonce alone. */
export function proveInHand(typed: string, uuid: string, { deed, mark, nonce }: Deed): { credential: string; proof: Proof } {
  const secret = cardSecret(typed, uuid);
  const credential = text(power(GENERATOR, secret));
  return { credential, proof: proveKnowledge(`deed|${uuid}|${deed}|${mark}|${credential}|${nonce}|`, secret) };
}

function wrongGroup(group: number): Refusal {
  return new Refusal(
    "CARD_CODE",
    `选票卡号第 ${group} 组有误，请再看一遍。`,
    `Group ${group} of the card's code is wrong; please look again.`,
  );
}
