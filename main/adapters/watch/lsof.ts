/** Reads what `lsof -F pcan` prints. Used by `openness.ts`. */

export interface Writer {
  readonly pid: number;
  readonly name: string | null;
}

/** Files that are open for writing, by path (NFC), and one process that has them so. */
export function readLsof(output: string): ReadonlyMap<string, Writer> {
  const writers = new Map<string, Writer>();
  let pid = 0;
  let name: string | null = null;
  let writes = false;
  // A line is a letter and a value: `p` and `c` begin a process, `f` a file of it with its `a`ccess and `n`ame.
  for (const line of output.split('\n')) {
    const value = line.slice(1);
    switch (line[0]) {
      case 'p':
        pid = Number(value);
        name = null;
        break;
      case 'c':
        name = value;
        break;
      case 'f':
        writes = false;
        break;
      case 'a':
        writes = value === 'w' || value === 'u';
        break;
      case 'n':
        if (writes && value.startsWith('/')) writers.set(unescaped(value).normalize('NFC'), { pid, name });
        break;
      default:
        break;
    }
  }
  return writers;
}

/** `lsof` writes `\n`, `\t` and the like for control characters, `^X` and `\xNN` for others, and `\\` for a backslash. */
function unescaped(path: string): string {
  if (!path.includes('\\')) return path;
  const plain: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '\\': '\\' };
  const bytes: Buffer[] = [];
  for (const part of path.split(/(\\x[0-9a-f]{2}|\\.)/i)) {
    if (/^\\x[0-9a-f]{2}$/i.test(part)) bytes.push(Buffer.from(part.slice(2), 'hex'));
    else if (part.length === 2 && part.startsWith('\\'))
      bytes.push(Buffer.from(plain[part.charAt(1)] ?? part));
    else bytes.push(Buffer.from(part));
  }
  return Buffer.concat(bytes).toString();
}
