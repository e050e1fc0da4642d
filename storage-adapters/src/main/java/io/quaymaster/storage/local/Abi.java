package io.quaymaster.storage.local;

import java.util.Optional;

/**
 * What differs between the processors that Linux runs on: numbers of the system calls that not
 * every C library has a function for, and two open flags. From the kernel's {@code
 * arch/x86/entry/syscalls/syscall_64.tbl}, {@code include/uapi/asm-generic/unistd.h} and {@code
 * arch/arm64/include/uapi/asm/fcntl.h}.
 */
record Abi(
    long getdents64,
    long renameat2,
    long copyFileRange,
    long statx,
    long openDirectory,
    long openNoFollow) {
  /** The same everywhere, as all calls since Linux 5.1. */
  static final long OPENAT2 = 437;

  private static final Abi X86_64 = new Abi(217, 316, 326, 332, 0200000, 0400000);
  private static final Abi AARCH64 = new Abi(61, 276, 285, 291, 040000, 0100000);

  /** Of the processor that this runs on, if it is a Linux that is known here. */
  static Optional<Abi> current() {
    return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  static Optional<Abi> of(String system, String processor) {
    if (!system.equals("Linux")) {
      return Optional.empty();
    }
    return switch (processor) {
      case "amd64", "x86_64" -> Optional.of(X86_64);
      case "aarch64" -> Optional.of(AARCH64);
      default -> Optional.empty();
    };
  }
}
