import { copyAll, isCleared, putBack } from '../store/clearing';
import { DISK, holding, WORK } from '../store/diskLock';
import { ask } from './api';

const PATH = '/api/v1/studies/{study_id}/clearings';

/**
 * Have the browser clear the disk under this app, and write everything anew. False where it could not be done now:
 * something is not on the server yet, or the browser does not know how. Nothing else may write meanwhile.
 */
export async function clearDisk(study_id: string, device_id: string, cleaned_to: number): Promise<boolean> {
  // Nothing may be written beside the notes between the copy and its return, and least of all half a lock.
  return holding(WORK, 'exclusive', () => holding(DISK, 'exclusive', () => clear(study_id, device_id, cleaned_to)));
}

async function clear(study_id: string, device_id: string, cleaned_to: number): Promise<boolean> {
  const kept = await copyAll();
  if (!kept) return false;
  const path = { study_id };
  try {
    await ask('post', PATH, { path, body: { device_id } });
  } catch (error) {
    // The answer may be lost on its way when the browser has cleared already: what counts is the disk.
    if (!(await isCleared(kept))) throw error;
  }
  if (!(await isCleared(kept))) return false;
  await putBack(kept);
  await ask('post', PATH, { path, body: { device_id, cleaned_to } });
  return true;
}
