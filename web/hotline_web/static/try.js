// Calls the hotline from this page. The packets are told in firmware/hotline/lines/browser.py.
const telephone = document.getElementById("telephone");
const said = document.getElementById("said");
const callButton = document.getElementById("call");
const hangUpButton = document.getElementById("hang-up");
const keys = [...telephone.querySelectorAll("[data-key]")];
const path = document.getElementById("steps");
const [ANSWERED, SOUND, OVER, BUSY, KEY] = [..."ASEBK"].map((c) => c.charCodeAt(0));
const EVERY_MS = 1000;

const say = (what) => {
  said.textContent = telephone.dataset[what];
  telephone.dataset.state = what;
};

// The steps of this call, from the same journal as on the page of the call.
class Path {
  begin() {
    this.after = path.querySelector("[data-call]")?.dataset.call ?? path.dataset.after;
    this.timer = setInterval(() => this.look(), EVERY_MS);
    this.look();
  }
  end() {
    clearInterval(this.timer);
    setTimeout(() => this.look(), EVERY_MS);  // the last step is written with the end
  }
  async look() {
    const answer = await fetch(`${path.dataset.steps}?after=${this.after}`).catch(() => null);
    const text = answer?.ok && !answer.redirected ? (await answer.text()).trim() : "";
    if (text && text !== this.shown) path.innerHTML = this.shown = text;
  }
}

class Call {
  constructor() {
    this.path = new Path();
    this.ending = "lost";
  }
  async begin() {
    say("calling");
    this.show(true);
    try {
      // Both are begun within the press of the button: a browser gives sound to nothing else.
      this.context = new AudioContext({ latencyHint: "interactive" });
      const loaded = this.context.audioWorklet.addModule(telephone.dataset.sound);
      this.microphone = await this.listen();
      await loaded;
      await this.context.resume();
      this.sound = new AudioWorkletNode(this.context, "telephone", { outputChannelCount: [1] });
    } catch {
      return this.end("old");
    }
    if (this.ended) return this.end(this.ended);
    if (this.microphone) this.context.createMediaStreamSource(this.microphone).connect(this.sound);
    this.sound.connect(this.context.destination);
    this.dial();
  }
  // None refused or missing keeps nobody from hearing the call. The sound goes to the box as it is.
  listen() {
    const audio = { echoCancellation: true, noiseSuppression: false, autoGainControl: false };
    return navigator.mediaDevices.getUserMedia({ audio }).catch(() => null);
  }
  dial() {
    const address = new URL(telephone.dataset.line, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.line = new WebSocket(address);
    this.line.binaryType = "arraybuffer";
    this.line.onopen = () => this.path.begin();
    this.line.onmessage = (event) => this.hear(new Uint8Array(event.data));
    this.line.onclose = () => this.end(this.ending);
    this.sound.port.onmessage = (event) => this.send(SOUND, new Uint8Array(event.data));
  }
  hear(packet) {
    if (packet[0] === SOUND) this.sound.port.postMessage(packet.slice(1).buffer);
    if (packet[0] === ANSWERED) say(this.microphone ? "talking" : "mute");
    if (packet[0] === ANSWERED) this.pressable(true);
    if (packet[0] === OVER) this.ending = "over";
    if (packet[0] === BUSY) this.ending = "busy";
  }
  send(kind, bytes) {
    if (this.line.readyState !== WebSocket.OPEN) return;
    const packet = new Uint8Array(1 + bytes.length);
    packet[0] = kind;
    packet.set(bytes, 1);
    this.line.send(packet);
  }
  press(key) {
    this.send(KEY, new Uint8Array([key.charCodeAt(0)]));
  }
  hangUp() {
    this.ending = this.ended = "over";
    if (this.line) this.line.close();
    this.end("over");
  }
  end(how) {
    this.ended = how;
    if (current !== this) return;
    current = null;
    if (this.line) this.path.end();
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.context?.close();
    this.show(false);
    say(how);
  }
  show(calling) {
    callButton.hidden = calling;
    hangUpButton.hidden = !calling;
    (calling ? hangUpButton : callButton).focus();
    if (!calling) this.pressable(false);
  }
  pressable(yes) {
    for (const key of keys) key.disabled = !yes;
  }
}

let current = null;

callButton.addEventListener("click", () => {
  current = new Call();
  current.begin();
});
hangUpButton.addEventListener("click", () => current?.hangUp());
for (const key of keys) key.addEventListener("click", () => current?.press(key.dataset.key));
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const key = keys.find((one) => one.dataset.key === event.key && !one.disabled);
  if (key) current?.press(key.dataset.key);
});

document.getElementById("with-script").hidden = false;
say("ready");
if (!window.isSecureContext) say("insecure");
else if (!window.AudioWorkletNode) say("old");
callButton.disabled = !window.isSecureContext || !window.AudioWorkletNode;
