// The group Ed25519 as the records write it (ballot-protocol §1, §2).
import { ed25519 } from "@noble/curves/ed25519.js";
import { normalizeZ } from "@noble/curves/abstract/curve.js";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Refusal } from "../refusal.ts";
import { toInteger, utf8 } from "./encoding.ts";

export type Element = EdwardsPoint;

const Point = ed25519.Point;

export const GROUP = "Ed25519";
export const ORDER: bigint = Point.Fn.ORDER;
export const GENERATOR: Element = Point.BASE;
export const NEUTRAL: Element = Point.ZERO;
const NEUTRAL_TEXT = "0".repeat(63) + "1";

export const mod = (value: bigint): bigint => {
  const rest = value % ORDER;
  return rest < 0n ? rest + ORDER : rest;
};

/** Uniform up to 2^-130: 48 random bytes reduced. `crypto.subtle` is absent on plain http, this is not. */
export function randomScalar(): bigint {
  return mod(toInteger(crypto.getRandomValues(new Uint8Array(48))));
}

/** e^s for a secret s: the fixed sequence of additions of the library; 0 and the neutral element allowed. */
export function power(element: Element, scalar: bigint): Element {
  const s = mod(scalar);
  return s === 0n ? NEUTRAL : element.multiply(s);
}

/** e^s for public values only: its time depends on s. */
export function publicPower(element: Element, scalar: bigint): Element {
  return element.multiplyUnsafe(mod(scalar));
}

/** Makes the tables for a base that is used many times (the election key). Costs some 40 ms once. */
export function withTables(element: Element): Element {
  element.precompute(6, false);
  power(element, 1n);
  return element;
}

const reversed = (text: string): string => (text.match(/../g) ?? []).reverse().join("");

/** 64 hex digits of the big-endian integer, that is RFC 8032 reversed; one inversion for the whole list. */
export function texts(elements: readonly Element[]): string[] {
  return normalizeZ(Point, [...elements]).map((element) => reversed(element.toHex()));
}

export const text = (element: Element): string => texts([element])[0] as string;

/** A point on the curve in its one text form; NOT yet checked to be in the prime-order group. */
export function parsePoint(value: unknown): Element {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) throw notElement();
  if (value === NEUTRAL_TEXT) return NEUTRAL;
  try {
    return Point.fromHex(reversed(value));
  } catch {
    throw notElement();
  }
}

/** A member of the prime-order group. An element outside it, multiplied by a secret, gives away part of that secret. */
export function parse(value: unknown): Element {
  const element = parsePoint(value);
  if (!isMember(element)) throw notElement();
  return element;
}

export const isMember = (element: Element): boolean => element.isTorsionFree();

function notElement(): Refusal {
  return new Refusal(
    "GROUP_ELEMENT",
    "记录中有一个数不属于 Ed25519 群，这份记录不可信，请报告选举委员会。",
    "A value in the record is not an element of the group Ed25519; do not trust this record and tell the election committee.",
  );
}

/** A scalar as the records write it: base 10, no leading zeros, below the order. */
export function parseScalar(value: unknown): bigint {
  if (typeof value === "string" && /^(0|[1-9][0-9]{0,76})$/.test(value)) {
    const scalar = BigInt(value);
    if (scalar < ORDER) return scalar;
  }
  throw new Refusal(
    "GROUP_SCALAR",
    "记录中的证明数字格式不对，这份记录不可信，请报告选举委员会。",
    "A number of a proof is not in its form; do not trust this record and tell the election committee.",
  );
}

/** H(P; E1..En) of ballot-protocol §1; the prefix ends in `|`. */
export function hashToScalar(prefix: string, elements: readonly string[]): bigint {
  return mod(toInteger(sha256(utf8(prefix + elements.join(",")))));
}
