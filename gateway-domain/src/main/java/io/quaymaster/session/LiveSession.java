package io.quaymaster.session;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session that is authenticated and open.
 *
 * @param clientVersion what the client calls itself, shown text
 * @param credential how it came in, for people
 * @param keyId the authorised key that let it in, if one did
 * @param protocols channels open now, for example {@code sftp}
 */
public record LiveSession(
    String id,
    String tenant,
    String account,
    long accountId,
    String source,
    String clientVersion,
    String credential,
    @Nullable Long keyId,
    Set<String> protocols,
    Instant startedAt,
    Instant lastActiveAt,
    long bytesReceived,
    long bytesSent) {}
