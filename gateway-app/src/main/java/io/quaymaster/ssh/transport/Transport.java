package io.quaymaster.ssh.transport;

/** What the connections of one transport share. Threads: any. */
record Transport(
    TransportSettings settings,
    Gatekeeper gatekeeper,
    TransportThreads threads,
    KernelWait kernelWait,
    BufferPool readBuffers,
    BufferPool writeBuffers) {
  static Transport of(TransportSettings settings, Gatekeeper gatekeeper) {
    return new Transport(
        settings,
        gatekeeper,
        new TransportThreads(),
        KernelWait.forTheseCarriers(),
        new BufferPool(settings.readBufferBytes(), settings.pooledBuffers()),
        new BufferPool(settings.writeBufferBytes(), settings.pooledBuffers()));
  }
}
