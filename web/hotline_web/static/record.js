// Records a sentence on the page of that sentence, and makes the WAV file that the box takes. The
// sound runs through the same worklet as a call's, so that it has the telephone's 8000 samples.
const recorder = document.getElementById("recorder");
const told = document.getElementById("recorder-said");
const form = document.getElementById("file-form");
const [recordButton, stopButton, listenButton, useButton] = ["record", "stop", "listen", "use"]
  .map((id) => document.getElementById(id));
const clock = document.getElementById("recorded");
const LINE_RATE = 8000;
const FILE_RATE = 16000;  // of what the browser makes of other kinds of files
const MOST_SECONDS = 5 * 60 - 5;  // the box takes five minutes
const LEAST_SECONDS = 0.3;

const tell = (what) => {
  told.textContent = recorder.dataset[what];
  recorder.dataset.state = what;
};

// 16 bit, one channel.
const wavOf = (samples, rate) => {
  const bytes = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const letters = (at, word) => [...word].forEach((c, n) => bytes.setUint8(at + n, c.charCodeAt(0)));
  letters(0, "RIFF");
  bytes.setUint32(4, 36 + 2 * samples.length, true);
  letters(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, 2 * rate, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  letters(36, "data");
  bytes.setUint32(40, 2 * samples.length, true);
  samples.forEach((one, n) => bytes.setInt16(44 + 2 * n, one, true));
  return new File([bytes], "sentence.wav", { type: "audio/wav" });
};

const choose = (file) => {
  const files = new DataTransfer();
  files.items.add(file);
  form.elements.sound.files = files.files;
};

class Recording {
  constructor() {
    this.frames = [];
  }
  async begin() {
    try {
      this.context = new AudioContext();
      const loaded = this.context.audioWorklet.addModule(recorder.dataset.sound);
      loaded.catch(() => null);  // told below, or of no interest without a microphone
      this.microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
      await loaded;
    } catch {
      this.close();
      return tell("refused");
    }
    const ear = new AudioWorkletNode(this.context, "telephone", { outputChannelCount: [1] });
    ear.port.onmessage = (event) => this.take(new Int16Array(event.data));
    this.context.createMediaStreamSource(this.microphone).connect(ear);
    ear.connect(this.context.destination);
    tell("recording");
    reveal(recordButton, false);
    reveal(listenButton, false);
    reveal(useButton, false);
    reveal(stopButton, true);
    stopButton.focus();
  }
  take(frame) {
    this.frames.push(frame);
    clock.textContent = `${this.seconds.toFixed(0)} s`;
    if (this.seconds >= MOST_SECONDS) this.end();
  }
  get seconds() {
    return this.frames.reduce((sum, frame) => sum + frame.length, 0) / LINE_RATE;
  }
  end() {
    this.close();
    const made = this.seconds >= LEAST_SECONDS;
    if (made) choose(wavOf(Int16Array.from(this.frames.flatMap((frame) => [...frame])), LINE_RATE));
    tell(made ? "made" : "short");
    reveal(stopButton, false);
    reveal(recordButton, true);
    reveal(listenButton, made);
    reveal(useButton, made);
    (made ? listenButton : recordButton).focus();
  }
  close() {
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.context?.close();
  }
  // Through the loudspeaker's own context: a page of ours plays no address but those of the box.
  async play() {
    const context = new AudioContext();
    const file = await form.elements.sound.files[0].arrayBuffer();
    const source = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(file) });
    source.connect(context.destination);
    source.onended = () => context.close();
    source.start();
  }
}

const reveal = (button, yes) => { button.hidden = !yes; };
let current = null;

recordButton.addEventListener("click", () => {
  current = new Recording();
  current.begin();
});
stopButton.addEventListener("click", () => current?.end());
listenButton.addEventListener("click", () => current?.play());

// What is no WAV file is made one here, where the browser knows its kind; else the box says why not.
const converted = async (file) => {
  const bytes = await file.arrayBuffer();
  const sound = await new OfflineAudioContext(1, 1, FILE_RATE).decodeAudioData(bytes);
  const context = new OfflineAudioContext(1, Math.ceil(sound.duration * FILE_RATE), FILE_RATE);
  const source = new AudioBufferSourceNode(context, { buffer: sound });
  source.connect(context.destination);
  source.start();
  const [made] = [(await context.startRendering()).getChannelData(0)];
  return wavOf(Int16Array.from(made, (one) => Math.max(-1, Math.min(1, one)) * 32767), FILE_RATE);
};

form.addEventListener("submit", async (event) => {
  const file = form.elements.sound.files[0];
  if (!file || form.dataset.sent) return;
  event.preventDefault();
  form.dataset.sent = "yes";
  const start = await file.slice(0, 4).text();
  if (start !== "RIFF") await converted(file).then(choose).catch(() => null);
  form.submit();
});

recorder.hidden = false;
document.getElementById("any-kind").hidden = false;
tell("ready");
if (!window.isSecureContext) tell("insecure");
else if (!window.AudioWorkletNode || !navigator.mediaDevices) tell("refused");
recordButton.disabled = recorder.dataset.state !== "ready";
