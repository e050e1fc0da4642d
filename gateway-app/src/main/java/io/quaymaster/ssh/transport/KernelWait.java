package io.quaymaster.ssh.transport;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Waits for a socket's next bytes in the kernel, on the thread that carries the virtual one, so
 * that their arrival wakes that thread and nothing else. The JDK's own way takes three: its poller,
 * a carrier, the reader. A carrier that waits carries nothing else, so it is for moments, and for a
 * few at a time.
 *
 * <p>Threads: any.
 */
final class KernelWait {
  private static final short POLLIN = 1;

  // struct pollfd
  private static final long FD_AT = 0;
  private static final long EVENTS_AT = 4;
  private static final long REVENTS_AT = 6;
  private static final long POLLFD_BYTES = 8;

  private static final @Nullable MethodHandle FD = socketDescriptor();
  private static final MethodHandle POLL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("poll"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private final Semaphore waiting;

  /**
   * @param carriers that may wait at a time
   */
  KernelWait(int carriers) {
    this.waiting = new Semaphore(carriers);
  }

  /** Whether one more may wait. Never, where the JDK does not let us know a socket's descriptor. */
  boolean isRoom() {
    return FD != null && waiting.availablePermits() > 0;
  }

  /** Leaves most carriers alone. */
  static KernelWait forTheseCarriers() {
    int carriers =
        Integer.getInteger(
            "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
    return new KernelWait(carriers / 2);
  }

  Socket of(SocketChannel channel) {
    return new Socket(channel);
  }

  /** What is needed to wait for one socket. Threads: one at a time. */
  final class Socket {
    private final SocketChannel channel;

    /** None until it is needed: most connections wait in other ways. */
    private @Nullable MemorySegment pollfd;

    Socket(SocketChannel channel) {
      this.channel = channel;
    }

    /**
     * Waits until a read would not wait: for bytes, for their end, or because the connection broke.
     *
     * @return false if that was not so after the time, or if too many wait in this way
     */
    boolean awaitReadable(long nanos) {
      if (FD == null) {
        return false;
      }
      boolean mayWait = nanos > 0 && waiting.tryAcquire();
      try {
        // Rounded up: the time is over when the kernel says so.
        int millis = mayWait ? (int) TimeUnit.NANOSECONDS.toMillis(nanos + 999_999) : 0;
        return (int) POLL.invokeExact(argument((int) FD.invokeExact(channel)), 1L, millis) > 0;
      } catch (Throwable impossible) {
        throw new AssertionError(impossible);
      } finally {
        if (mayWait) {
          waiting.release();
        }
      }
    }

    private MemorySegment argument(int fd) {
      MemorySegment argument = pollfd;
      if (argument == null) {
        argument = Arena.ofAuto().allocate(POLLFD_BYTES, Integer.BYTES);
        pollfd = argument;
      }
      argument.set(JAVA_INT, FD_AT, fd);
      argument.set(JAVA_SHORT, EVENTS_AT, POLLIN);
      argument.set(JAVA_SHORT, REVENTS_AT, (short) 0);
      return argument;
    }
  }

  private static @Nullable MethodHandle socketDescriptor() {
    try {
      Class<?> withDescriptor = Class.forName("sun.nio.ch.SelChImpl");
      return MethodHandles.lookup()
          .findVirtual(withDescriptor, "getFDVal", MethodType.methodType(int.class))
          .asType(MethodType.methodType(int.class, SocketChannel.class));
    } catch (ReflectiveOperationException closed) {
      LoggerFactory.getLogger(KernelWait.class)
          .warn(
              "Small requests take longer than they could: start with java -jar, or with"
                  + " --add-exports=java.base/sun.nio.ch=ALL-UNNAMED ({})",
              closed.toString());
      return null;
    }
  }
}
