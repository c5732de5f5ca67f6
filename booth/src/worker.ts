// The Web Worker: every secret lives and dies here. It answers {id, method, params} with progress,
// then one value or one refusal.
import { makeBallot, shortTracker, tracker } from "./crypto/ballot.ts";
import { makeCode } from "./crypto/cardcode.ts";
import { cardSecret, proveInHand, publicCredential, type Deed } from "./crypto/credentials.ts";
import { parseElection, type Election } from "./crypto/election.ts";
import { GENERATOR, power, text } from "./crypto/group.ts";
import { openKey, readHeader, sealKey } from "./crypto/keyfile.ts";
import { checkSetup, checkShare, checkTally, type Share } from "./crypto/tally.ts";
import { checkOwnKey, checkTrustees, makeKey, partialDecryption, rehearse } from "./crypto/trustee.ts";
import { Refusal, sentenceOf } from "./refusal.ts";

type Progress = (done: number, total: number) => void;

const cards = new Map<number, { secret: bigint; uuid: string }>();
let nextHandle = 1;
let known: Election | null = null;

/** Parsed once per record: the tables for the election key are most of the first ballot's time. */
function electionOf(record: string): Election {
  if (known?.record !== record) known = parseElection(record);
  return known;
}

function nameAllowed(name: string): string {
  if (name.trim() !== "" && name.length <= 100 && !/[\u0000-\u001f\u007f]/.test(name)) return name.trim();
  throw new Refusal("TRUSTEE_NAME", "请填写监督委员的姓名或称呼。", "Fill in the supervisor's name.");
}

const methods = {
  prepare({ electionRecord }: { electionRecord: string }) {
    const { uuid, fingerprint } = electionOf(electionRecord);
    power(GENERATOR, 1n);
    return { uuid, fingerprint };
  },

  openCard({ digits, uuid }: { digits: string; uuid: string }) {
    const secret = cardSecret(digits, uuid);
    const handle = nextHandle++;
    cards.set(handle, { secret, uuid });
    return { handle, credential: text(power(GENERATOR, secret)) };
  },

  sealBallot({ electionRecord, handle, choices }: { electionRecord: string; handle: number; choices: number[][] }) {
    const started = performance.now();
    const election = electionOf(electionRecord);
    const card = cards.get(handle);
    if (card === undefined || card.uuid !== election.uuid) {
      throw new Refusal("CARD_FORGOTTEN", "选票卡已经清除，请重新扫卡。", "The card was forgotten; scan it again.");
    }
    const ballot = makeBallot(election, card.secret, choices);
    return { ballot, tracker: tracker(ballot), shortTracker: shortTracker(ballot), ms: performance.now() - started };
  },

  forget() {
    cards.clear();
    return null;
  },

  proveInHand: ({ digits, uuid, ...deed }: { digits: string; uuid: string } & Deed) => proveInHand(digits, uuid, deed),

  makeCards({ uuid, count }: { uuid: string; count: number }, progress: Progress) {
    const made: { code: string; credential: string }[] = [];
    while (made.length < count) {
      const code = makeCode();
      made.push({ code, credential: publicCredential(code, uuid) });
      progress(made.length, count);
    }
    return made;
  },

  async makeTrusteeKey(asked: { name: string; group: string; uuid: string; passphrase: string }, progress: Progress) {
    if (asked.group !== "Ed25519") {
      throw new Refusal(
        "GROUP_UNKNOWN",
        `浏览器只能为 Ed25519 群建密钥；本场选举用 ${asked.group}，请用 voting trustee key 命令。`,
        `The browser makes keys for the group Ed25519 only; this election uses ${asked.group}, use the command voting trustee key.`,
      );
    }
    const { key, publicRecord } = makeKey(nameAllowed(asked.name), asked.uuid);
    const keyFile = await sealKey(key, asked.passphrase, (share) => progress(share, 1));
    return { publicRecord, keyFile, publicKey: key.publicKey };
  },

  async openTrusteeKey({ keyFile, passphrase }: { keyFile: string; passphrase: string }, progress: Progress) {
    const { name, election, publicKey } = await openKey(keyFile, passphrase, (share) => progress(share, 1));
    return { name, uuid: election, publicKey };
  },

  async rehearse(
    asked: { keyFile: string; passphrase: string; election: string; trustees: string },
    progress: Progress,
  ) {
    const election = parseElection(asked.election);
    checkOwnKey(readHeader(asked.keyFile), election, checkTrustees(election, asked.trustees));
    const key = await openKey(asked.keyFile, asked.passphrase, (share) => progress(share, 1));
    return { record: rehearse(key, election), fingerprint: election.fingerprint, publicKey: key.publicKey };
  },

  async checkSetup({ archive, keyFile, passphrase }: { archive: Uint8Array; keyFile: string; passphrase: string }) {
    const setup = checkSetup(archive, readHeader(keyFile));
    await openKey(keyFile, passphrase);
    return setup;
  },

  checkShare({ archive, shard, shards }: { archive: Uint8Array; shard: number; shards: number }, progress: Progress) {
    let done = 0;
    return checkShare(archive, shard, shards, () => progress(++done, 0));
  },

  checkTally({ archive, keyFile, shares }: { archive: Uint8Array; keyFile: string; shares: Share[] }) {
    const header = readHeader(keyFile);
    const { election, ballots, totalWeight, digest } = checkTally(archive, header, shares);
    const { uuid, fingerprint } = election;
    return { ballots, totalWeight, fingerprint, uuid, publicKey: header.publicKey, digest };
  },

  async decryptTally(asked: { archive: Uint8Array; keyFile: string; passphrase: string; shares: Share[] }) {
    const { election, sum } = checkTally(asked.archive, readHeader(asked.keyFile), asked.shares);
    const key = await openKey(asked.keyFile, asked.passphrase);
    return { record: partialDecryption(key, election.fingerprint, sum) };
  },
};

export type Methods = typeof methods;


interface Call {
  readonly id: number;
  readonly method: keyof Methods;
  readonly params: never;
}

const scope = self as unknown as {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<Call>) => void) | null;
};

scope.onmessage = ({ data: { id, method, params } }) => {
  let last = 0;
  const progress: Progress = (done, total) => {
    // A message per step would cost more than the step.
    const now = performance.now();
    if (now - last < 100 && done !== total) return;
    last = now;
    scope.postMessage({ id, progress: { done, total } });
  };
  Promise.resolve()
    .then(() => (methods[method] as (params: never, progress: Progress) => unknown)(params, progress))
    .then((value) => scope.postMessage({ id, value }))
    .catch((error: unknown) => scope.postMessage({ id, refused: sentenceOf(error) }));
};
