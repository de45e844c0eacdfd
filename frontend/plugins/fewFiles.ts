import fs from 'node:fs';

const AT_ONCE = 50;

/**
 * The file system, writing few files at a time. Paraglide writes all messages at the same moment and keeps silent of
 * those that could not be opened: where a process may have a thousand files open, hundreds of messages would be missing.
 */
export function fewFiles(base: typeof fs = fs, at_once = AT_ONCE): typeof fs {
  let open = 0;
  const waiting: (() => void)[] = [];
  const writeFile: typeof fs.promises.writeFile = async (...what) => {
    if (open >= at_once) await new Promise<void>((next) => waiting.push(next));
    else open += 1;
    try {
      await base.promises.writeFile(...what);
    } finally {
      // Whoever waits takes over the place; it is free only when nobody does.
      const next = waiting.shift();
      if (next) next();
      else open -= 1;
    }
  };
  return { ...base, promises: { ...base.promises, writeFile } };
}
