// One key opens one tally. Two tallies that differ by one ballot tell that ballot by subtraction, and each is honest
// on its own: only whoever decrypts can remember what was decrypted before.
import type { DecryptionFacts } from "../client.ts";
import { Refusal } from "../refusal.ts";

/** A line of the receipt, in the form of the `<key>.decrypted` file of the command line. */
const receiptOf = ({ fingerprint, digest, ballots }: DecryptionFacts): string =>
  `${JSON.stringify({ fingerprint, encrypted_tally: digest, ballots, again: "" })}\n`;

const placeOf = ({ uuid, publicKey }: DecryptionFacts): string => `decrypted|${uuid}|${publicKey}`;

/** The number read out in the hall is the one thing the server cannot have written. */
export function requireAnnounced(facts: DecryptionFacts, announced: number): void {
  if (facts.ballots === announced) return;
  throw new Refusal(
    "DECRYPT_BALLOTS",
    `票箱里有 ${facts.ballots} 张选票，您输入的会场宣读张数是 ${announced}。没有解密。请停止开票并报告选举委员会。`,
    `The box holds ${facts.ballots} ballots, the number you typed as read out is ${announced}. Nothing was decrypted; stop the count and tell the election committee.`,
  );
}

/** Refuses another tally than this device decrypted with this key before. */
export function requireSameTally(facts: DecryptionFacts): void {
  const before = remembered(facts);
  if (before === null || before === receiptOf(facts)) return;
  throw new Refusal(
    "DECRYPT_ANOTHER",
    `这把密钥在这台设备上已经解密过另一份合计，现在要解的是 ${facts.ballots} 张选票的合计。两份合计相减会露出个人的选择，没有解密。请报告选举委员会。`,
    `On this device the key has opened another tally; this one is of ${facts.ballots} ballots. Their difference would tell how people voted, so nothing was decrypted. Tell the election committee.`,
  );
}

/** Remembers before the share exists; returns the receipt to save beside the key file. */
export function remember(facts: DecryptionFacts): string {
  requireSameTally(facts);
  const receipt = receiptOf(facts);
  try {
    localStorage.setItem(placeOf(facts), receipt);
  } catch {
    throw noMemory();
  }
  // A browser that takes the words and keeps nothing is no memory.
  if (remembered(facts) !== receipt) throw noMemory();
  return receipt;
}

function remembered(facts: DecryptionFacts): string | null {
  try {
    return localStorage.getItem(placeOf(facts));
  } catch {
    throw noMemory();
  }
}

const noMemory = (): Refusal =>
  new Refusal(
    "DECRYPT_NO_MEMORY",
    "这个浏览器不让网页记东西，无法记住解密过什么，没有解密。请允许本站保存数据，或者改用命令行 voting trustee decrypt。",
    "This browser keeps no data for pages, so what was decrypted cannot be remembered; nothing was decrypted. Allow this site to keep data, or use the command line voting trustee decrypt.",
  );
