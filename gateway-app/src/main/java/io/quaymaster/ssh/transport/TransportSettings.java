package io.quaymaster.ssh.transport;

import java.time.Duration;

/**
 * The limits of the transport. {@link #DEFAULTS} are what the gateway runs with.
 *
 * @param backlog connections that the kernel keeps for us until they are accepted
 * @param idleBufferBytes what an idle connection waits with; a packet that fits needs no other
 *     buffer
 * @param readBufferBytes size of a pooled buffer for reading when more than the idle buffer holds
 *     is there
 * @param deliveryBytes at most so much is handed to the protocol at a time. MINA moves what is left
 *     in its decoder forward after every packet, so delivering several packets' worth costs copies
 * @param writeBufferBytes size of a pooled buffer in which packets are gathered for one write
 * @param pooledBuffers at most so many read buffers and as many write buffers exist
 * @param maxPendingBytes when more is queued to a peer, nothing more is read from it
 * @param maxPendingPackets likewise, in packets: small packets cost more than their bytes
 * @param writeTimeout a peer that takes no byte for so long is disconnected
 * @param closeTimeout a graceful close waits so long for queued writes
 * @param lingerTimeout a peer that was sent everything has so long to read it and close its side
 */
public record TransportSettings(
    int backlog,
    int idleBufferBytes,
    int readBufferBytes,
    int deliveryBytes,
    int writeBufferBytes,
    int pooledBuffers,
    long maxPendingBytes,
    int maxPendingPackets,
    Duration writeTimeout,
    Duration closeTimeout,
    Duration lingerTimeout) {

  public static final TransportSettings DEFAULTS =
      new TransportSettings(
          1024,
          512,
          128 * 1024,
          32 * 1024,
          256 * 1024,
          64,
          16L * 1024 * 1024,
          16 * 1024,
          Duration.ofSeconds(120),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2));

  /**
   * @throws IllegalArgumentException if a limit is not above zero, or the idle buffer is larger
   *     than the read buffer
   */
  public TransportSettings {
    requirePositive("backlog", backlog);
    requirePositive("idleBufferBytes", idleBufferBytes);
    requirePositive("readBufferBytes", readBufferBytes - idleBufferBytes);
    requirePositive("deliveryBytes", deliveryBytes);
    requirePositive("writeBufferBytes", writeBufferBytes);
    requirePositive("pooledBuffers", pooledBuffers);
    requirePositive("maxPendingBytes", maxPendingBytes);
    requirePositive("maxPendingPackets", maxPendingPackets);
    requirePositive("writeTimeout", writeTimeout.toMillis());
    requirePositive("closeTimeout", closeTimeout.toMillis());
    requirePositive("lingerTimeout", lingerTimeout.toMillis());
  }

  /** The same with other time limits. */
  public TransportSettings withTimeouts(Duration write, Duration close, Duration linger) {
    return new TransportSettings(
        backlog,
        idleBufferBytes,
        readBufferBytes,
        deliveryBytes,
        writeBufferBytes,
        pooledBuffers,
        maxPendingBytes,
        maxPendingPackets,
        write,
        close,
        linger);
  }

  /** The same with another size of read buffer. */
  public TransportSettings withReadBuffer(int bytes) {
    return new TransportSettings(
        backlog,
        idleBufferBytes,
        bytes,
        deliveryBytes,
        writeBufferBytes,
        pooledBuffers,
        maxPendingBytes,
        maxPendingPackets,
        writeTimeout,
        closeTimeout,
        lingerTimeout);
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException("Transport setting " + name + " is too small");
    }
  }
}
