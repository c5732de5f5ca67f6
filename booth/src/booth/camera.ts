// The tablet's own camera, where the page is served over https and the browser reads QR codes by itself.
// Pictures are looked at and dropped here; none is kept and none is sent.

interface Detector {
  detect(picture: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

type DetectorMaker = new (options: { formats: string[] }) => Detector;

const LOOK_EVERY_MS = 250;

const maker = (): DetectorMaker | undefined => (window as unknown as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;

export function cameraOffered(): boolean {
  return window.isSecureContext && maker() !== undefined && "mediaDevices" in navigator;
}

/** Shows the camera in `video` and tells each code it sees; returns what switches the camera off. */
export async function openCamera(video: HTMLVideoElement, seen: (text: string) => void): Promise<() => void> {
  const Make = maker();
  if (Make === undefined) throw new Error("no detector");
  const detector = new Make({ formats: ["qr_code"] });
  const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "user" } });
  video.srcObject = stream;
  let last = "";
  const look = async (): Promise<void> => {
    const [found] = await detector.detect(video).catch(() => []);
    if (found === undefined || found.rawValue === last) return;
    // A card held still is one scan.
    last = found.rawValue;
    seen(last);
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}
