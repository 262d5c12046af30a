/**
 * Numbers, names and sentences as tray, taskbar and notifications say them. Pure; used by the files of this folder and
 * by `main/electron`.
 */

const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `1204` → `1,204`. */
export function count(value: number): string {
  return integer.format(value);
}

/** `1 file`, `1,204 files`. */
export function plural(value: number, singular: string, many = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : many}`;
}

/** `1 file needs you`, `3 files need you`. */
export function needYou(files: number): string {
  return files === 1 ? '1 file needs you' : `${count(files)} files need you`;
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** Bytes a second: `84 MB/s`, `1.2 GB/s`. */
export function speedText(bytesPerSecond: number): string {
  let value = Math.max(0, bytesPerSecond);
  let step = 0;
  // 999.5 would be said as "1,000": it belongs to the next unit.
  while (value >= 999.5 && step < UNITS.length - 1) {
    value /= 1000;
    step += 1;
  }
  const fine = step >= 2 && value < (step === 2 ? 10 : 99.95);
  return `${(fine ? one : integer).format(value)} ${UNITS[step]}/s`;
}

/** Seconds, rounded as a person would say it: `a few seconds`, `40 s`, `6 min`, `25 min`, `2½ h`, `3 days`. */
export function timeText(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 55) return `${Math.round(seconds / 10) * 10} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 20) return `${minutes} min`;
  if (seconds < 57.5 * 60) return `${Math.round(minutes / 5) * 5} min`;
  const hours = seconds / 3600;
  if (hours < 10) {
    const halves = Math.round(hours * 2);
    return `${Math.floor(halves / 2)}${halves % 2 === 1 ? '½' : ''} h`;
  }
  if (hours < 47.5) return `${Math.round(hours)} h`;
  return plural(Math.round(hours / 24), 'day');
}

/** The first sentence of a message, on one line and without its full stop. */
export function firstSentence(message: string): string {
  return oneLine(message.replace(/\.(\s.*)?$/s, ''));
}

/** A sentence that goes on behind a colon: `The folder is not there` → `the folder is not there`. */
export function afterColon(sentence: string): string {
  const plainWord = /^(The|This|It|Its|There|Nothing|No|A|An) /.test(sentence);
  return plainWord ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}

/**
 * A name on one line: control characters, and those that turn the direction of what follows around, become visible signs.
 * Files and servers may call things as they like.
 */
export function oneLine(name: string): string {
  return name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, '·');
}

/** A name cut in its middle, where it is longer than so many characters. */
export function cut(name: string, most: number): string {
  const letters = [...name];
  if (letters.length <= most) return name;
  const head = Math.ceil((most - 1) / 2);
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (most - 1 - head)).join('')}`;
}

/** Sentences cut behind a word, where they are longer than so many characters. */
export function cutEnd(text: string, most: number): string {
  const letters = [...text];
  if (letters.length <= most) return text;
  const head = letters.slice(0, Math.max(0, most - 1)).join('');
  return `${head.replace(/[\s,;:.]+\S*$/, '')}…`;
}

/** The name of a folder as people know it: the last part of its path. */
export function lastPart(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  return oneLine(parts.at(-1) ?? path);
}
