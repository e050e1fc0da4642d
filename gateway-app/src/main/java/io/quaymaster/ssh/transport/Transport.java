package io.quaymaster.ssh.transport;

/** What the connections of one transport share. Threads: any. */
record Transport(
    TransportSettings settings,
    TransportThreads threads,
    BufferPool readBuffers,
    BufferPool writeBuffers) {
  static Transport of(TransportSettings settings) {
    return new Transport(
        settings,
        new TransportThreads(),
        new BufferPool(settings.readBufferBytes(), settings.pooledBuffers()),
        new BufferPool(settings.writeBufferBytes(), settings.pooledBuffers()));
  }
}
