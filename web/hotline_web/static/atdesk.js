// Takes calls at this computer. The packets are told in firmware/hotline/lines/computers.py.
const telephone = document.getElementById("telephone");
const said = document.getElementById("said");
const caller = document.getElementById("caller");
const about = document.getElementById("about");
const keypad = document.getElementById("keypad");
const button = (id) => document.getElementById(id);
const title = document.title;
const code = (letter) => letter.charCodeAt(0);
const AGAIN_MS = 5000;
const TAKE = "T", NOT_NOW = "N", HANG_UP = "H", PONG = "P";
const RING_S = 2;  // of the pattern: two short sounds and a pause
const RINGS = 60;

const reveal = (id, yes) => { button(id).hidden = !yes; };

// What is heard while it rings. Laid out beforehand: a page that is not looked at has slow clocks.
class Bell {
  constructor() {
    this.context = new AudioContext();
  }
  ring() {
    this.stop();
    this.tone = new OscillatorNode(this.context, { frequency: 660 });
    const gain = new GainNode(this.context, { gain: 0 });
    for (let n = 0; n < RINGS; n++) {
      const at = this.context.currentTime + n * RING_S;
      for (const begin of [0, 0.3]) {
        gain.gain.setValueAtTime(0.2, at + begin);
        gain.gain.setValueAtTime(0, at + begin + 0.2);
      }
    }
    this.tone.connect(gain).connect(this.context.destination);
    this.context.resume();
    this.tone.start();
  }
  stop() {
    this.tone?.stop();
    this.tone = null;
    this.context.suspend().catch(() => null);  // it takes power as long as it runs
  }
  close() {
    this.stop();
    this.context.close();
  }
}

const listen = () => navigator.mediaDevices.getUserMedia({
  audio: { echoCancellation: true, noiseSuppression: false, autoGainControl: false },
});

// The sound of one call, both ways.
class Talk {
  async begin(send) {
    this.context = new AudioContext({ latencyHint: "interactive" });
    const loaded = this.context.audioWorklet.addModule(telephone.dataset.sound);
    this.microphone = await listen();
    await loaded;
    await this.context.resume();
    this.sound = new AudioWorkletNode(this.context, "telephone", { outputChannelCount: [1] });
    this.context.createMediaStreamSource(this.microphone).connect(this.sound);
    this.sound.connect(this.context.destination);
    this.sound.port.onmessage = (event) => send("S", new Uint8Array(event.data));
  }
  hear(frame) {
    this.sound?.port.postMessage(frame);
  }
  end() {
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.context?.close().catch(() => null);
  }
}

class Desk {
  constructor() {
    this.state = "off";
  }
  is(state) {
    this.state = telephone.dataset.state = state;
    said.textContent = telephone.dataset[state];
    document.title = state === "ringing" ? `☎ ${telephone.dataset.ringing} · ${title}` : title;
    const busy = state === "ringing" || state === "talking";
    const works = busy || ["on", "connecting", "lost", "asking"].includes(state);
    for (const element of [caller, about]) element.hidden = !busy || !element.textContent;
    reveal("take", state === "ringing");
    reveal("not-now", state === "ringing");
    reveal("hang-up", state === "talking");
    keypad.hidden = state !== "talking";
    reveal("on", !works);
    reveal("off", works && !busy);
  }
  async switchOn() {
    this.is("asking");
    try {
      this.bell = new Bell();  // within the press of the button: a browser gives sound to nothing else
      (await listen()).getTracks().forEach((track) => track.stop());
    } catch {
      return this.switchOff("deaf");
    }
    this.connect();
  }
  switchOff(why = "off") {
    clearTimeout(this.timer);
    this.over();
    this.bell?.close();
    this.bell = null;
    const line = this.line;
    this.line = null;
    line?.close();
    this.is(why);
  }
  connect() {
    if (this.state !== "lost") this.is("connecting");
    const address = new URL(telephone.dataset.line, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const line = this.line = new WebSocket(address);
    line.binaryType = "arraybuffer";
    line.onmessage = (event) => this.line === line && this.hear(new Uint8Array(event.data));
    line.onclose = () => this.line === line && this.lost();
  }
  lost() {
    this.over();
    this.is("lost");
    this.timer = setTimeout(() => this.connect(), AGAIN_MS);
  }
  hear(packet) {
    const kind = String.fromCharCode(packet[0]);
    if (kind === "S") this.talk?.hear(packet.slice(1).buffer);
    if (kind === "P") this.send(PONG);
    if (kind === "O") this.is("on");
    if (kind === "R") this.rings(packet.slice(1));
    if (kind === "A") this.is("talking");
    if (kind === "A") button("hang-up").focus();
    if (kind === "E") this.over();
    if (kind === "E") this.is("on");
    if (kind === "B") this.switchOff("busy");
    if (kind === "W") this.switchOff("elsewhere");
  }
  rings(told) {
    const call = JSON.parse(new TextDecoder().decode(told));
    caller.textContent = call.caller || telephone.dataset.withheld;
    about.textContent = call.about;
    this.is("ringing");
    this.bell.ring();
    button("take").focus();
  }
  async take() {
    if (this.talk) return;
    this.bell.stop();
    const talk = this.talk = new Talk();
    try {
      await talk.begin((kind, bytes) => this.talk === talk && this.send(kind, bytes));
    } catch {
      talk.end();
      return this.switchOff("deaf");  // the telephone rings at once
    }
    if (this.talk === talk) this.send(TAKE);
    else talk.end();
  }
  notNow() {
    this.send(NOT_NOW);
  }
  hangUp() {
    this.send(HANG_UP);
  }
  over() {
    this.bell?.stop();
    this.talk?.end();
    this.talk = null;
  }
  send(kind, bytes = new Uint8Array()) {
    if (this.line?.readyState !== WebSocket.OPEN) return;
    const packet = new Uint8Array(1 + bytes.length);
    packet[0] = code(kind);
    packet.set(bytes, 1);
    this.line.send(packet);
  }
}

const desk = new Desk();

button("on").addEventListener("click", () => desk.switchOn());
button("off").addEventListener("click", () => desk.switchOff());
button("take").addEventListener("click", () => desk.take());
button("not-now").addEventListener("click", () => desk.notNow());
button("hang-up").addEventListener("click", () => desk.hangUp());
for (const key of telephone.querySelectorAll("[data-key]")) {
  key.addEventListener("click", () => desk.send("K", new Uint8Array([code(key.dataset.key)])));
}
addEventListener("beforeunload", (event) => desk.state === "talking" && event.preventDefault());

telephone.hidden = false;
desk.is("off");
if (!window.isSecureContext) desk.is("insecure");
else if (!window.AudioWorkletNode) desk.is("old");
button("on").disabled = !window.isSecureContext || !window.AudioWorkletNode;
