// Bytes and texts, as the Belenios version 1 records write them.
import { sha256 } from "@noble/hashes/sha2.js";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const encoder = new TextEncoder();

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

export function fromUtf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

export function base64(bytes: Uint8Array): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += BASE64.charAt(word >> 18) + BASE64.charAt((word >> 12) & 63);
    out += left > 1 ? BASE64.charAt((word >> 6) & 63) : "=";
    out += left > 2 ? BASE64.charAt(word & 63) : "=";
  }
  return out;
}

/** Strict: the exact text `base64` writes, else null. */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const body = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (const character of body) {
    word = ((word << 6) | BASE64.indexOf(character)) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (word >> bits) & 0xff;
    }
  }
  return base64(bytes) === text ? bytes : null;
}

export function hex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0");
  return out;
}

export function toInteger(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt("0x" + hex(bytes));
}

export const sha256Hex = (bytes: Uint8Array): string => hex(sha256(bytes));

/** b64(SHA-256(bytes)) without padding: 43 characters (ballot-protocol §1). */
export const sha256Base64 = (bytes: Uint8Array): string => base64(sha256(bytes)).replace(/=+$/, "");
