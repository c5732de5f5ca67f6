// Notices that nobody is at the tablet: a question first, then a clean welcome for the next voter.
// The clock is read, not counted, so that a tablet waking from sleep does not show the last voter's screen.

export interface IdleWatch {
  touch(): void;
  pause(): void;
  resume(): void;
}

export interface IdleEvents {
  /** Called once a second while the question stands; `left` is what remains in seconds. */
  ask(left: number): void;
  lapse(): void;
}

export function watchIdle(quiet: number, grace: number, events: IdleEvents): IdleWatch {
  let last = Date.now();
  let paused = false;
  let asking = false;

  const touch = (): void => {
    last = Date.now();
    asking = false;
  };
  // While the question stands only its own button answers it: a sleeve on the screen is not a voter.
  const act = (): void => {
    if (!asking) last = Date.now();
  };
  for (const kind of ["pointerdown", "keydown", "wheel", "scroll"]) {
    document.addEventListener(kind, act, { capture: true, passive: true });
  }
  const look = (): void => {
    if (paused) return;
    const idle = (Date.now() - last) / 1000;
    if (idle >= quiet + grace) events.lapse();
    else if (idle >= quiet) {
      asking = true;
      events.ask(Math.ceil(quiet + grace - idle));
    }
  };
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
  return {
    touch,
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      touch();
    },
  };
}
