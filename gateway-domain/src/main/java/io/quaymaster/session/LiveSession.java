package io.quaymaster.session;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * A session that is authenticated and open.
 *
 * @param clientVersion what the client calls itself, shown text
 * @param credential how it came in, for people
 * @param keyIds the authorised keys that let it in, together
 * @param authorityIds the certificate authorities that vouched for it
 * @param protocols channels open now, for example {@code sftp}
 */
public record LiveSession(
    String id,
    long tenantId,
    String tenant,
    String account,
    long accountId,
    String source,
    String clientVersion,
    String credential,
    List<Long> keyIds,
    List<Long> authorityIds,
    Set<String> protocols,
    Instant startedAt,
    Instant lastActiveAt,
    long bytesReceived,
    long bytesSent) {}
