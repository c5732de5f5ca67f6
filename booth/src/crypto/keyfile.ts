// The sealed key file of a trustee: Argon2id over the passphrase, XChaCha20-Poly1305 over the key.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { argon2idAsync } from "@noble/hashes/argon2.js";
import { Refusal } from "../refusal.ts";
import { base64, fromBase64, fromUtf8, utf8 } from "./encoding.ts";
import { GENERATOR, GROUP, ORDER, power, text } from "./group.ts";

const KIND = "trustee-key";
const PASSPHRASE_MIN = 12;
const PASSPHRASE_MAX = 1024;
const PASSES = 3;
const MEMORY_KIB = 65536;

/** What anybody who holds the file can read. */
export interface KeyHeader {
  readonly name: string;
  readonly election: string;
  readonly publicKey: string;
}

export interface TrusteeKey extends KeyHeader {
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

/** Lets the wrong file be refused before the passphrase is asked for its second of work. */
export function readHeader(file: string): KeyHeader {
  const { name, election, public_key: publicKey } = parseSealed(file);
  return { name, election, publicKey };
}

export async function openKey(file: string, passphrase: string, onShare: Share = () => undefined): Promise<TrusteeKey> {
  const sealed = parseSealed(file);
  const { passes, memory_kib } = sealed.kdf;
  const [salt, nonce, box] = [bytes(sealed.kdf.salt, 16), bytes(sealed.nonce, 24), bytes(sealed.box)];
  const sealing = await stretch(passphrase, salt, passes, memory_kib, onShare);
  const aad = boundTo(sealed.group, sealed.election, sealed.public_key);
  let plain: string;
  try {
    plain = fromUtf8(xchacha20poly1305(sealing, nonce, aad).decrypt(box));
  } catch {
    // A changed header and a wrong passphrase look the same to the cipher, and should.
    throw new Refusal(
      "PASSPHRASE_WRONG",
      "口令不对（或文件被改动过）；请核对口令后再试。",
      "The passphrase is wrong (or the file was altered); check the passphrase and try again.",
    );
  } finally {
    sealing.fill(0);
  }
  const secret = /^[1-9][0-9]{0,76}$/.test(plain) ? BigInt(plain) : 0n;
  const fits = secret > 0n && secret < ORDER && text(power(GENERATOR, secret)) === sealed.public_key;
  if (!fits) {
    throw new Refusal(
      "KEY_FILE_CONTENT",
      "密钥文件里的内容与它的公钥不符；请用建密钥时保存的备份文件。",
      "The secret in this key file does not fit its public key; use the backup saved when the key was made.",
    );
  }
  return { name: sealed.name, election: sealed.election, publicKey: sealed.public_key, secret };
}

export function checkPassphrase(passphrase: string): void {
  const length = [...passphrase.normalize("NFKC")].length;
  if (length < PASSPHRASE_MIN) {
    throw new Refusal(
      "PASSPHRASE_SHORT",
      `口令至少 ${PASSPHRASE_MIN} 个字符，现有 ${length} 个；请用几个不相干的词连成一句。`,
      `A passphrase has at least ${PASSPHRASE_MIN} characters, this has ${length}; join several unrelated words.`,
    );
  }
  if (length > PASSPHRASE_MAX) {
    throw new Refusal(
      "PASSPHRASE_LONG",
      `口令超过 ${PASSPHRASE_MAX} 个字符；请缩短。`,
      `The passphrase is over ${PASSPHRASE_MAX} characters; shorten it.`,
    );
  }
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
    "KEY_FILE_FORM",
    "这不是完整的密钥文件（内容不符合格式）；请选择建密钥时保存的原文件，不要改动其中的内容。",
    "This is not an intact key file; choose the original file saved when the key was made, unedited.",
  );
}
