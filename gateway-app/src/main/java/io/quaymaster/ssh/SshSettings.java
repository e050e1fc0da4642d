package io.quaymaster.ssh;

import java.time.Duration;

/**
 * What the SSH server puts up with, on all its listeners.
 *
 * @param identification after {@code SSH-2.0-}
 * @param windowBytes what a client may have under way on one channel; the bound of a channel's
 *     memory
 * @param packetBytes longest channel packet that clients may send
 * @param readBufferBytes of a connection while it reads more than a little
 * @param stalledTimeout without the client taking a byte that waits for it
 * @param authTimeout from the connection to the end of authentication
 * @param idleTimeout without a packet either way
 * @param maxAuthTries authentication requests of one connection
 * @param maxChannels channels of one connection
 */
record SshSettings(
    String identification,
    long windowBytes,
    long packetBytes,
    int readBufferBytes,
    Duration stalledTimeout,
    Duration authTimeout,
    Duration idleTimeout,
    int maxAuthTries,
    int maxChannels) {}
