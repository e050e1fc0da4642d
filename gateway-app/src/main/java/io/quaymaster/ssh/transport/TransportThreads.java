package io.quaymaster.ssh.transport;

import java.util.concurrent.atomic.AtomicInteger;

/** Starts the transport's virtual threads and knows how many of them live. Threads: any. */
final class TransportThreads {
  private final AtomicInteger live = new AtomicInteger();

  void start(String name, Runnable work) {
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .unstarted(
                () -> {
                  try {
                    work.run();
                  } finally {
                    live.decrementAndGet();
                  }
                });
    live.incrementAndGet();
    thread.start();
  }

  int live() {
    return live.get();
  }
}
