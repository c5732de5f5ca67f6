// The short and the full form of a tracker; the short one follows from the full one.
import { fromBase64 } from "./encoding.ts";

const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/** The first 80 bits of a ballot's SHA-256 as 16 characters of 5 bits, big-endian. */
export function shortFromHash(hash: Uint8Array): string {
  let out = "";
  let word = 0;
  let bits = 0;
  for (const byte of hash.subarray(0, 10)) {
    word = ((word << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += ALPHABET.charAt((word >> bits) & 31);
    }
  }
  return out;
}

/** The short form of a full tracker (43 characters of Base64); null if it is none. */
export function shortFromFull(full: string): string | null {
  const hash = full.length === 43 ? fromBase64(`${full}=`) : null;
  return hash === null ? null : shortFromHash(hash);
}

/** What a person typed or scanned, as the short form to look for; null if it is neither form. */
export function parseTracker(typed: string): { short: string; full: string | null } | null {
  const compact = typed.normalize("NFKC").replace(/[\s\-\u2010-\u2015\u2212\u00b7\u200b\ufeff=]/g, "");
  const short = compact.toUpperCase();
  if (short.length === 16 && [...short].every((c) => ALPHABET.includes(c))) return { short, full: null };
  const fromFull = shortFromFull(compact);
  return fromFull === null ? null : { short: fromFull, full: compact };
}
