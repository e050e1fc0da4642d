package io.quaymaster.planted.ssh;

import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;

interface ServesFilesByMina {
  VirtualFileSystemFactory files();
}
