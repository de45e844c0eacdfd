/**
 * SHA-1, because UUIDv5 is defined by it and `crypto.subtle` is absent on plain http and never synchronous.
 * FIPS 180-4, section 6.1. Not used for anything that must resist an attacker.
 */
export function sha1(message: Uint8Array): Uint8Array {
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const blocks = pad(message);
  for (let start = 0; start < blocks.byteLength; start += 64) addBlock(state, new DataView(blocks.buffer, start, 64));
  const digest = new DataView(new ArrayBuffer(20));
  state.forEach((word, index) => digest.setUint32(index * 4, word));
  return new Uint8Array(digest.buffer);
}

function pad(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, message.length * 8);
  return padded;
}

function addBlock(state: Uint32Array, block: DataView): void {
  const words = schedule(block);
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number];
  words.forEach((word, round) => {
    const [mixed, constant] = mix(round, b, c, d);
    const next = (rotate(a, 5) + mixed + e + constant + word) | 0;
    [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
  });
  [a, b, c, d, e].forEach((word, index) => {
    state[index] = ((state[index] ?? 0) + word) | 0;
  });
}

function schedule(block: DataView): Int32Array {
  const words = new Int32Array(80);
  for (let index = 0; index < 80; index++) {
    const back = (by: number) => words[index - by] ?? 0;
    words[index] = index < 16 ? block.getInt32(index * 4) : rotate(back(3) ^ back(8) ^ back(14) ^ back(16), 1);
  }
  return words;
}

function mix(round: number, b: number, c: number, d: number): [number, number] {
  if (round < 20) return [(b & c) | (~b & d), 0x5a827999];
  if (round < 40) return [b ^ c ^ d, 0x6ed9eba1];
  if (round < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
