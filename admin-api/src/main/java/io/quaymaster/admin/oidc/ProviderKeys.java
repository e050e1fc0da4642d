package io.quaymaster.admin.oidc;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The provider's public keys, read when they are needed and kept in memory. A key that is not among
 * them is looked for anew, but not more often than every {@link #PAUSE}: strangers may name any
 * key. While the provider is away the keys that were read last are good for {@link #KEPT}. Threads:
 * any; one reads, and those who know keys already do not wait for it.
 */
final class ProviderKeys implements JWKSource<SecurityContext> {
  /** So old keys are read anew. */
  static final Duration FRESH = Duration.ofMinutes(5);

  /** Between two tries to read them. */
  static final Duration PAUSE = Duration.ofSeconds(10);

  /** A key that the provider withdraws while it cannot be asked is believed so long at most. */
  static final Duration KEPT = Duration.ofHours(1);

  static final int MOST_BYTES = 512 << 10;
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration READ = Duration.ofSeconds(5);
  private static final int OK = 200;
  private static final Logger log = LoggerFactory.getLogger(ProviderKeys.class);

  private record Known(JWKSet keys, Instant readAt) {}

  private final URI place;
  private final Clock clock;
  private final HttpClient http;
  private final ReentrantLock reading = new ReentrantLock();
  private volatile @Nullable Known known;

  /** Both belong to whoever reads. */
  private @Nullable Instant triedAt;

  private @Nullable Exception failure;

  ProviderKeys(URI place, Clock clock) {
    this.place = place;
    this.clock = clock;
    // Follows no redirect: nobody but the setting says whose keys are believed.
    this.http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
  }

  /**
   * @throws RemoteKeySourceException if there are no keys, or the one that is asked for may be new
   */
  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context)
      throws KeySourceException {
    List<JWK> found = selector.select(keys(false));
    return found.isEmpty() ? selector.select(keys(true)) : found;
  }

  @SuppressWarnings("ReferenceEquality") // whether somebody read while we waited
  private JWKSet keys(boolean anew) throws RemoteKeySourceException {
    Known before = known;
    if (before != null && !anew && isGoodEnough(before)) {
      return before.keys();
    }
    reading.lock();
    try {
      if (known == before) {
        readUnlessJustTried();
      }
      Known now = known;
      if (now == null || !isYounger(now, KEPT) || (anew && failure != null)) {
        throw new RemoteKeySourceException("no keys from " + place, failure);
      }
      return now.keys();
    } finally {
      reading.unlock();
    }
  }

  /** While somebody reads, the old ones will do. */
  private boolean isGoodEnough(Known keys) {
    return isYounger(keys, FRESH) || (reading.isLocked() && isYounger(keys, KEPT));
  }

  private void readUnlessJustTried() {
    Instant now = clock.instant();
    if (triedAt != null && Duration.between(triedAt, now).abs().compareTo(PAUSE) < 0) {
      return;
    }
    triedAt = now;
    try {
      known = new Known(JWKSet.parse(fetch()), now);
      failure = null;
    } catch (IOException | ParseException away) {
      log.warn("The keys of the identity provider cannot be read from {}: {}", place, text(away));
      failure = away;
    }
  }

  private boolean isYounger(Known keys, Duration age) {
    return Duration.between(keys.readAt(), clock.instant()).abs().compareTo(age) < 0;
  }

  private String fetch() throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(place).header("Accept", "application/json").timeout(READ).build();
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(
            request,
            BodyHandlers.limiting(BodyHandlers.ofString(StandardCharsets.UTF_8), MOST_BYTES));
    try {
      // The request's own timeout ends with the headers; this one with the body.
      HttpResponse<String> response =
          answer.get(CONNECT.plus(READ).toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != OK) {
        throw new IOException("status " + response.statusCode());
      }
      return response.body();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof IOException io ? io : new IOException(failed.getCause());
    } catch (TimeoutException slow) {
      answer.cancel(true);
      throw new IOException("no answer in time", slow);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw (InterruptedIOException) new InterruptedIOException().initCause(stopped);
    }
  }

  private static String text(Exception failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
