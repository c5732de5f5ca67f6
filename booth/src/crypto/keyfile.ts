// The sealed key file of a trustee: Argon2id over the passphrase, XChaCha20-Poly1305 over the key.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { argon2idAsync } from "@noble/hashes/argon2.js";
import { Refusal } from "../refusal.ts";
import { base64, fromBase64, fromUtf8, utf8 } from "./encoding.ts";
import { GENERATOR, GROUP, power, text } from "./group.ts";

const KIND = "trustee-key";
export const PASSPHRASE_LENGTH = 12;
const PASSES = 3;
const MEMORY_KIB = 65536;

export interface TrusteeKey {
  readonly name: string;
  readonly election: string;
  readonly publicKey: string;
  readonly secret: bigint;
}

interface Sealed {
  kind: string;
  v: number;
  name: string;
  group: string;
  election: string;
  public_key: string;
  kdf: { name: string; salt: string; passes: number; memory_kib: number; lanes: number };
  cipher: string;
  nonce: string;
  box: string;
}

/** Called with a share between 0 and 1 while the passphrase is stretched (about a second). */
export type Share = (share: number) => void;

export async function sealKey(key: TrusteeKey, passphrase: string, onShare: Share = () => undefined): Promise<string> {
  checkPassphrase(passphrase);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(24));
  const kdf = { name: "argon2id", salt: base64(salt), passes: PASSES, memory_kib: MEMORY_KIB, lanes: 1 };
  const sealing = await stretch(passphrase, salt, PASSES, MEMORY_KIB, onShare);
  const aad = boundTo(GROUP, key.election, key.publicKey);
  const box = xchacha20poly1305(sealing, nonce, aad).encrypt(utf8(key.secret.toString()));
  sealing.fill(0);
  const file: Sealed = {
    kind: KIND,
    v: 1,
    name: key.name,
    group: GROUP,
    election: key.election,
    public_key: key.publicKey,
    kdf,
    cipher: "xchacha20-poly1305",
    nonce: base64(nonce),
    box: base64(box),
  };
  return JSON.stringify(file);
}

export async function openKey(file: string, passphrase: string, onShare: Share = () => undefined): Promise<TrusteeKey> {
  const sealed = parseSealed(file);
  const { passes, memory_kib } = sealed.kdf;
  const salt = bytes(sealed.kdf.salt, 16);
  const sealing = await stretch(passphrase, salt, passes, memory_kib, onShare);
  const aad = boundTo(sealed.group, sealed.election, sealed.public_key);
  let plain: string;
  try {
    plain = fromUtf8(xchacha20poly1305(sealing, bytes(sealed.nonce, 24), aad).decrypt(bytes(sealed.box)));
  } catch {
    throw new Refusal(
      "PASSPHRASE",
      "口令不对，或者密钥文件被改动过。请再输一次口令。",
      "The passphrase is wrong, or the key file was altered. Type the passphrase again.",
    );
  } finally {
    sealing.fill(0);
  }
  const secret = /^[1-9][0-9]{0,76}$/.test(plain) ? BigInt(plain) : 0n;
  if (secret === 0n || text(power(GENERATOR, secret)) !== sealed.public_key) throw malformed();
  return { name: sealed.name, election: sealed.election, publicKey: sealed.public_key, secret };
}

export function checkPassphrase(passphrase: string): void {
  if ([...passphrase.normalize("NFKC")].length >= PASSPHRASE_LENGTH) return;
  throw new Refusal(
    "PASSPHRASE_SHORT",
    `口令至少要 ${PASSPHRASE_LENGTH} 个字符，请换一个更长的。`,
    `The passphrase needs at least ${PASSPHRASE_LENGTH} characters; choose a longer one.`,
  );
}

function stretch(passphrase: string, salt: Uint8Array, passes: number, memoryKib: number, onShare: Share): Promise<Uint8Array> {
  const options = { t: passes, m: memoryKib, p: 1, dkLen: 32, onProgress: onShare };
  return argon2idAsync(utf8(passphrase.normalize("NFKC")), salt, options);
}

/** The box opens only under the name of the election and key it was sealed for. */
const boundTo = (group: string, election: string, publicKey: string): Uint8Array =>
  utf8([KIND, "1", group, election, publicKey].join("|"));

function parseSealed(file: string): Sealed {
  let value: unknown;
  try {
    value = JSON.parse(file);
  } catch {
    throw malformed();
  }
  const sealed = value as Sealed;
  const fields = ["kind", "v", "name", "group", "election", "public_key", "kdf", "cipher", "nonce", "box"];
  if (!hasKeys(sealed, fields) || !hasKeys(sealed.kdf, ["name", "salt", "passes", "memory_kib", "lanes"])) throw malformed();
  const texts = [sealed.name, sealed.election, sealed.public_key, sealed.nonce, sealed.box, sealed.kdf.salt];
  if (!texts.every((t) => typeof t === "string")) throw malformed();
  const expected =
    sealed.kind === KIND && sealed.v === 1 && sealed.group === GROUP &&
    sealed.cipher === "xchacha20-poly1305" && sealed.kdf.name === "argon2id" && sealed.kdf.lanes === 1;
  // A file from elsewhere must not be able to ask this device for gigabytes, nor for next to no work.
  const { passes, memory_kib } = sealed.kdf;
  if (!expected || !within(passes, 1, 10) || !within(memory_kib, 8192, 262144)) throw malformed();
  return sealed;
}

function hasKeys(value: unknown, keys: readonly string[]): boolean {
  return typeof value === "object" && value !== null && JSON.stringify(Object.keys(value)) === JSON.stringify(keys);
}

const within = (value: number, low: number, high: number): boolean => Number.isInteger(value) && value >= low && value <= high;

function bytes(value: string, length?: number): Uint8Array {
  const decoded = fromBase64(value);
  if (decoded === null || (length !== undefined && decoded.length !== length)) throw malformed();
  return decoded;
}

function malformed(): Refusal {
  return new Refusal(
    "KEY_FILE",
    "这不是监督委员的密钥文件，或者文件已损坏。请选择建密钥时保存的那个文件。",
    "This is not a trustee's key file, or it is damaged. Choose the file saved when the key was made.",
  );
}
