// Reading aloud with the voices of the tablet itself. Where none speaks the language the button is not shown.

export class Reader {
  on = false;

  constructor(
    private lang: string,
    private readonly changed: () => void,
  ) {
    if (this.engine) this.engine.addEventListener?.("voiceschanged", changed);
  }

  private get engine(): SpeechSynthesis | null {
    return "speechSynthesis" in window ? window.speechSynthesis : null;
  }

  private get voice(): SpeechSynthesisVoice | null {
    const want = this.lang.slice(0, 2);
    const voices = this.engine?.getVoices() ?? [];
    // A voice of the tablet itself first: a voice that speaks through the internet would send the text away.
    return voices.find((voice) => voice.lang.toLowerCase().startsWith(want) && voice.localService) ?? null;
  }

  get available(): boolean {
    return this.voice !== null;
  }

  speakIn(lang: string): void {
    this.lang = lang;
    this.stop();
  }

  read(lines: readonly string[]): void {
    this.stop();
    const voice = this.voice;
    if (!this.on || voice === null || this.engine === null) return;
    for (const line of lines) {
      const utterance = new SpeechSynthesisUtterance(line);
      utterance.voice = voice;
      utterance.lang = voice.lang;
      utterance.rate = 0.9;
      utterance.addEventListener("end", () => this.spoken());
      this.engine.speak(utterance);
    }
  }

  /** Replaced by the booth: somebody who listens is not idle. */
  spoken: () => void = () => undefined;

  stop(): void {
    this.engine?.cancel();
  }

  toggle(): void {
    this.on = !this.on;
    if (!this.on) this.stop();
    this.changed();
  }
}
