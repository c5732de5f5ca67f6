// The voter's booth: one tablet, one voter after another, nothing kept between them.
import { prepare } from "../client.ts";
import { fetchElection, NotPaired, NotReady } from "../booth/election.ts";
import { Booth, drawWaiting } from "../booth/frame.ts";
import { welcomeScreen } from "../booth/welcome.ts";

const RETRY_MS = 3000;
const SLOW_MS = 500;

async function start(root: HTMLElement): Promise<void> {
  const booth = new Booth(root);
  const slow = setTimeout(() => booth.show(drawWaiting("connecting")), SLOW_MS);
  for (;;) {
    try {
      const election = await fetchElection();
      booth.election = election;
      // While the voter reads the welcome, the worker makes its tables for this election's key.
      void prepare(election.election).catch(() => undefined);
      booth.startIdleWatch(election.idle_seconds);
      clearTimeout(slow);
      booth.show(welcomeScreen);
      return;
    } catch (error) {
      if (error instanceof NotReady) {
        clearTimeout(slow);
        booth.show(drawWaiting("before"));
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      // A pairing that was taken back shows the pairing page; never in a fast circle.
      if (error instanceof NotPaired) return booth.reset();
    }
  }
}

const root = document.getElementById("booth-app");
if (root !== null) void start(root);
