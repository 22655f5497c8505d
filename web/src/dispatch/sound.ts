import { useState } from "react";

const key = "wangge.dispatch.sound";

/** Two short notes; nothing where the browser has no sound, or does not allow it yet. */
function ring() {
  try {
    const audio = new AudioContext();
    [660, 880].forEach((frequency, i) => {
      const at = audio.currentTime + i * 0.18;
      const tone = audio.createOscillator();
      const loud = audio.createGain();
      tone.frequency.value = frequency;
      loud.gain.setValueAtTime(0.15, at);
      loud.gain.exponentialRampToValueAtTime(0.001, at + 0.16);
      tone.connect(loud).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.16);
      if (i === 1) tone.onended = () => void audio.close();
    });
  } catch {
    // no sound on this device
  }
}

/** Whether urgent cases are heard: off until somebody asks for it, kept on this device. */
export function useSound() {
  const [on, setOn] = useState(() => localStorage.getItem(key) === "on");
  return {
    on,
    toggle: () => {
      localStorage.setItem(key, on ? "off" : "on");
      setOn(!on);
      if (!on) ring(); // so that they know it
    },
    ring: () => on && ring(),
  };
}
