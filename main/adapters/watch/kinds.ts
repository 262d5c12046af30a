/**
 * What kind of file system a root is on, and whether changes made elsewhere arrive there as events. Used by `disk.ts`.
 */

import { statfs } from 'node:fs/promises';
import type { FileSystemKind } from '../../core/watch/ports.ts';

const LOCAL = true;
/** Another machine, or another program, changes files there and this kernel is not told. */
const ELSEWHERE = false;

/** The numbers by which Linux names its file systems (`statfs(2)`, and the headers of the kernel). */
const LINUX: ReadonlyMap<number, readonly [type: string, events: boolean]> = new Map([
  [0xef53, ['ext4', LOCAL]],
  [0x58465342, ['xfs', LOCAL]],
  [0x9123683e, ['btrfs', LOCAL]],
  [0x2fc12fc1, ['zfs', LOCAL]],
  [0xf2f52010, ['f2fs', LOCAL]],
  [0xca451a4e, ['bcachefs', LOCAL]],
  [0x01021994, ['tmpfs', LOCAL]],
  [0x858458f6, ['ramfs', LOCAL]],
  [0x794c7630, ['overlay', LOCAL]],
  [0x4d44, ['vfat', LOCAL]],
  [0x2011bab0, ['exfat', LOCAL]],
  [0x5346544e, ['ntfs', LOCAL]],
  [0x7366746e, ['ntfs3', LOCAL]],
  [0x482b, ['hfsplus', LOCAL]],
  [0xf15f, ['ecryptfs', LOCAL]],
  [0x73717368, ['squashfs', LOCAL]],
  [0x9660, ['iso9660', LOCAL]],
  [0x15013346, ['udf', LOCAL]],
  [0x6969, ['nfs', ELSEWHERE]],
  [0x517b, ['smb', ELSEWHERE]],
  [0xff534d42, ['cifs', ELSEWHERE]],
  [0xfe534d42, ['smb2', ELSEWHERE]],
  // NTFS by ntfs-3g, sshfs, virtiofs, rclone mount and many more say no more than this.
  [0x65735546, ['fuse', ELSEWHERE]],
  [0x01021997, ['9p', ELSEWHERE]],
  [0x786f4256, ['vboxsf', ELSEWHERE]],
  [0xbacbacbc, ['vmhgfs', ELSEWHERE]],
  [0x7c7c6673, ['prl_fs', ELSEWHERE]],
  [0x5346414f, ['afs', ELSEWHERE]],
  [0x6b414653, ['afs', ELSEWHERE]],
  [0x00c36400, ['ceph', ELSEWHERE]],
  [0x73757245, ['coda', ELSEWHERE]],
  [0x0bd00bd0, ['lustre', ELSEWHERE]],
  [0x47504653, ['gpfs', ELSEWHERE]],
  [0x19830326, ['beegfs', ELSEWHERE]],
  [0x01161970, ['gfs2', ELSEWHERE]],
  [0x7461636f, ['ocfs2', ELSEWHERE]],
  [0x20030528, ['orangefs', ELSEWHERE]],
  [0xaad7aaea, ['panfs', ELSEWHERE]],
]);

/** A share named by its server, `\\server\share`; `\\?\C:\` and `\\.\` are disks of this machine. */
const UNC = /^(?:\\\\\?\\UNC\\|\\\\(?![?.]\\)|\/\/(?![?.]\/))/i;

/** Of a Linux file system by its number. */
export function linuxKind(number: number): FileSystemKind {
  const [type, events] = LINUX.get(number) ?? [null, LOCAL];
  return { type, events };
}

/**
 * Rejects with the system's error. macOS and mapped drives of Windows do not say what they are: there the self-test
 * has to find out.
 */
export async function fileSystemKind(root: string, platform: NodeJS.Platform): Promise<FileSystemKind> {
  if (platform === 'win32' && UNC.test(root)) return { type: 'smb', events: ELSEWHERE };
  if (platform !== 'linux') return { type: null, events: LOCAL };
  return linuxKind((await statfs(root)).type);
}
