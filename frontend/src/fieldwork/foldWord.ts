/** Words as they are looked for: letters are folded as the server does in core/search_words.py. Pure. */
const LETTERS: Record<string, string> = { æ: 'ae', ä: 'ae', ø: 'o', ö: 'o', å: 'a', ß: 'ss' };

export function foldWord(word: string): string {
  const plain = word.toLowerCase().normalize('NFC').replace(/[æäøöåß]/g, (letter) => LETTERS[letter] ?? letter);
  return plain.normalize('NFKD').replace(/\p{M}/gu, '').replace(/oe|aa/g, (pair) => pair.charAt(0));
}
