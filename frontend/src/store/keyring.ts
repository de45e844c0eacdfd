import { open, seal } from './cipher';
import { EnvelopeNotReadable, type Ring, type SealedEnvelope } from './envelope';

/** The name of the data key in envelopes; every other name is that of a locked while. */
export const OWN = 'own';

/** Keys in memory: the first one seals, each opens what it has sealed. */
export class Keyring implements Ring {
  constructor(
    private readonly sealing: string,
    private readonly keys: ReadonlyMap<string, Uint8Array>,
  ) {}

  seal(text: string, about: string): SealedEnvelope {
    const key = this.keys.get(this.sealing) as Uint8Array;
    return { codec: 1, key: this.sealing, sealed: seal(key, new TextEncoder().encode(text), about) };
  }

  open({ key, sealed }: SealedEnvelope, about: string): string | undefined {
    const found = this.keys.get(key);
    if (!found) return undefined;
    try {
      return new TextDecoder().decode(open(found, sealed, about));
    } catch {
      throw new EnvelopeNotReadable();
    }
  }
}
