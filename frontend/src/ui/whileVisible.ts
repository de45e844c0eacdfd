/** Do something at once and then every so many milliseconds, but only while somebody can see the page. Gives back how to stop. */
export function whileVisible(every_ms: number, work: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  function follow(): void {
    clearInterval(timer);
    timer = undefined;
    if (document.visibilityState !== 'visible') return;
    work();
    timer = setInterval(work, every_ms);
  }
  document.addEventListener('visibilitychange', follow);
  follow();
  return () => {
    document.removeEventListener('visibilitychange', follow);
    clearInterval(timer);
  };
}
