// The 30 digits on a ballot card: their form and check digits. No curve here, pages load this file.

export const GROUPS = 6;
export const GROUP_LENGTH = 5;
const CODE_LENGTH = GROUPS * GROUP_LENGTH;

const SEPARATORS = /[\s\-\u2010-\u2015\u2212\u00b7\u200b\ufeff]/g;

// The totally anti-symmetric quasigroup of order 10 of H. M. Damm's check digit.
const DAMM = [
  "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
  "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
];

/** The start depends on the group's place (0..5), so that a group typed in the wrong place is caught as well. */
function damm(index: number, digits: string): number {
  let interim = index;
  for (const digit of digits) interim = Number(DAMM[interim]?.charAt(Number(digit)));
  return interim;
}

/** Whether five typed digits can be group `index` (0..5) of a card. */
export function checkGroup(index: number, digits: string): boolean {
  return /^[0-9]{5}$/.test(digits) && Number.isInteger(index) && index >= 0 && index < GROUPS && damm(index, digits) === 0;
}

export interface ParsedCard {
  readonly ok: boolean;
  /** The digits found so far (at most 30); a Belenios credential keeps its own form. */
  readonly digits: string;
  /** 1..6, the first group that is wrong or missing; null when all are right. */
  readonly wrongGroup: number | null;
}

/** Reads a scanned or typed code: full-width digits, spaces and dashes are accepted. */
export function parseCard(typed: string): ParsedCard {
  const belenios = beleniosForm(typed);
  if (belenios !== null) return { ok: true, digits: belenios, wrongGroup: null };
  const compact = typed.normalize("NFKC").replace(SEPARATORS, "");
  const digits = compact.replace(/[^0-9].*$/s, "");
  for (let index = 0; index < GROUPS; index++) {
    const group = compact.slice(index * GROUP_LENGTH, (index + 1) * GROUP_LENGTH);
    if (!checkGroup(index, group)) return { ok: false, digits: digits.slice(0, CODE_LENGTH), wrongGroup: index + 1 };
  }
  const ok = compact.length === CODE_LENGTH;
  return { ok, digits: digits.slice(0, CODE_LENGTH), wrongGroup: ok ? null : GROUPS };
}

/** A Belenios 3.x credential of 22 base58 characters, with its dashes put back 5-6-5-6; else null. */
function beleniosForm(typed: string): string | null {
  const compact = typed.trim().replace(/-/g, "");
  if (!/^[1-9A-HJ-NP-Za-km-z]{22}$/.test(compact) || /^[0-9]+$/.test(compact)) return null;
  return [compact.slice(0, 5), compact.slice(5, 11), compact.slice(11, 16), compact.slice(16)].join("-");
}

/** A new code: 6 × 4 random digits (about 80 bits), each group with its check digit. */
export function makeCode(): string {
  let code = "";
  for (let index = 0; index < GROUPS; index++) {
    let group = "";
    for (let i = 0; i < GROUP_LENGTH - 1; i++) group += randomDigit();
    code += group + String(damm(index, group));
  }
  return code;
}

/** Rejection sampling: 250 is the largest multiple of ten in a byte. */
function randomDigit(): string {
  const byte = new Uint8Array(1);
  do crypto.getRandomValues(byte);
  while ((byte[0] as number) >= 250);
  return String((byte[0] as number) % 10);
}

/** In the order of the RFC 8032 bytes, as the Belenios tools write them: the order of making is gone. */
export function sortCredentials(credentials: readonly string[]): string[] {
  const bytes = (credential: string): string => (credential.match(/../g) ?? []).reverse().join("");
  return credentials
    .map((credential) => ({ credential, key: bytes(credential) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ credential }) => credential);
}
