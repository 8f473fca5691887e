// A short soft tone. A browser that has not been touched since the page came may keep silent.

import { sleep } from './page.js';

export async function tone() {
  if (!window.AudioContext) return;
  const audio = new AudioContext();
  await Promise.race([audio.resume(), sleep(500)]);
  [659.3, 880].forEach((pitch, i) => {
    const begin = audio.currentTime + i * 0.14;
    const [wave, volume] = [audio.createOscillator(), audio.createGain()];
    wave.frequency.value = pitch;
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(0.12, begin + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.5);
    wave.connect(volume).connect(audio.destination);
    if (audio.state === 'running') wave.start(begin);
  });
  await sleep(1000);
  audio.close();
}
