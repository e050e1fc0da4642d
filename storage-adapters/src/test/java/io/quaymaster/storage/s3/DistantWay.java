package io.quaymaster.storage.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One way of a connection of a {@link DistanceProxy}: what is read at one end is written at the
 * other some time later, and no faster than the line allows. One thread reads, one writes.
 */
final class DistantWay {
  private static final int BUFFER = 256 << 10;

  /** So many buffers can be on their way: more than fit on the line, as with a large TCP window. */
  private static final int BUFFERS = 8;

  private static final ByteBuffer END = ByteBuffer.allocate(0);

  /**
   * Bytes on their way.
   *
   * @param dueNanos when they arrive, as {@link System#nanoTime}
   */
  private record Passing(ByteBuffer bytes, long dueNanos) {}

  private final SocketChannel from;
  private final SocketChannel to;
  private final long delayNanos;
  private final long bytesPerSecond;
  private final BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(BUFFERS);
  private final BlockingQueue<Passing> line = new ArrayBlockingQueue<>(BUFFERS + 1);

  DistantWay(SocketChannel from, SocketChannel to, Duration delay, long bytesPerSecond) {
    this.from = from;
    this.to = to;
    this.delayNanos = delay.toNanos();
    this.bytesPerSecond = bytesPerSecond;
  }

  /**
   * @param threads of this connection alone: where one way breaks, all of them are stopped
   */
  void start(ExecutorService threads) {
    for (int i = 0; i < BUFFERS; i++) {
      free.add(ByteBuffer.allocateDirect(BUFFER));
    }
    threads.execute(() -> run(this::read, threads));
    threads.execute(() -> run(this::write, threads));
  }

  /** What one of the two threads does. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void run(Work work, ExecutorService threads) {
    try {
      work.run();
    } catch (IOException | InterruptedException broken) {
      threads.shutdownNow();
    }
  }

  private void read() throws IOException, InterruptedException {
    long sent = System.nanoTime();
    while (true) {
      ByteBuffer bytes = free.take().clear();
      int count = from.read(bytes);
      long now = System.nanoTime();
      if (count < 0) {
        line.put(new Passing(END, Math.max(now, sent) + delayNanos));
        return;
      }
      sent = Math.max(now, sent) + count * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
      line.put(new Passing(bytes.flip(), sent + delayNanos));
    }
  }

  private void write() throws IOException, InterruptedException {
    while (true) {
      Passing next = line.take();
      TimeUnit.NANOSECONDS.sleep(next.dueNanos() - System.nanoTime());
      if (next.bytes().equals(END)) {
        to.shutdownOutput();
        return;
      }
      while (next.bytes().hasRemaining()) {
        to.write(next.bytes());
      }
      free.add(next.bytes());
    }
  }
}
