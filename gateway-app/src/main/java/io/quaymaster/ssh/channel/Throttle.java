package io.quaymaster.ssh.channel;

/**
 * Paces a channel: whoever moves bytes takes them here first and waits as long as the limit says.
 * Threads: any.
 */
@FunctionalInterface
public interface Throttle {
  Throttle NONE = bytes -> {};

  void take(long bytes) throws InterruptedException;

  default Throttle and(Throttle other) {
    return bytes -> {
      take(bytes);
      other.take(bytes);
    };
  }
}
