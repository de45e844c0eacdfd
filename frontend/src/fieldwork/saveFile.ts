/** Hand a file to the browser, which asks where to put it or puts it among the downloads. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // Not at once: Safari reads the file after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
