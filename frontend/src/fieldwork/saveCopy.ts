import { toStamp } from '../store/clock';
import type { Notebook } from '../store/notebook';

/** Hand over what is not on the server as a file, from memory as far as the phone's database does not answer. */
export async function saveCopy(notebook: Notebook): Promise<void> {
  const url = URL.createObjectURL(await notebook.saveCopy());
  const link = document.createElement('a');
  link.href = url;
  link.download = `skygge-${toStamp(new Date()).slice(0, 16).replace(/[:T]/g, '-')}.jsonl`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
