package io.quaymaster.account;

import io.quaymaster.refusal.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

/**
 * Argon2id on a few platform threads of its own, so that neither I/O threads nor memory pay for a
 * storm of logins: each hash takes {@value #MEMORY_KIB} KiB and tens of milliseconds of a core.
 * Parameters: OWASP Password Storage Cheat Sheet, second choice of equal strength. Threads: any.
 */
public final class PasswordHashes implements AutoCloseable {
  /** No person's password is longer, and hashing must not become a way to burn cores. */
  public static final int MAX_PASSWORD_BYTES = 512;

  static final int MEMORY_KIB = 19_456;
  private static final int ITERATIONS = 2;
  private static final int PARALLELISM = 1;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;

  private final Argon2PasswordEncoder encoder =
      new Argon2PasswordEncoder(SALT_BYTES, HASH_BYTES, PARALLELISM, MEMORY_KIB, ITERATIONS);

  /** What is compared when there is nothing to compare with, so that it takes as long. */
  private final String nobodysHash = encode("nobody's password");

  private final ThreadPoolExecutor threads;
  private final Duration maxWait;
  private final LongAdder refused = new LongAdder();

  /**
   * @param atOnce hashes computed at the same time
   * @param queue hashes that may wait for their turn; more are refused
   * @param maxWait how long a caller waits for its hash, the computing included
   */
  public PasswordHashes(int atOnce, int queue, Duration maxWait) {
    this.maxWait = maxWait;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            atOnce,
            atOnce,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queue),
            work ->
                Thread.ofPlatform()
                    .daemon()
                    .name("password-hash-" + number.incrementAndGet())
                    .unstarted(work));
  }

  /**
   * Compares a password with a hash.
   *
   * @param hash null if there is no account, or it has no password: takes as long and is false
   * @return whether it fits; false also if there is no turn within the time allowed
   */
  public boolean matches(String password, @Nullable String hash) {
    try {
      return wait(() -> compare(password, hash));
    } catch (Refusal.Busy noTurn) {
      return false;
    }
  }

  /**
   * @return the encoded hash with its parameters and salt
   * @throws Refusal.Busy if there is no turn within the time allowed
   */
  public String hash(String password) {
    return wait(() -> encode(password));
  }

  /** The encoder itself says no to an empty password at once, which would tell who has a hash. */
  private boolean compare(String password, @Nullable String hash) {
    boolean usable = hash != null && !password.isEmpty() && fits(password);
    String compared = usable && hash != null ? hash : nobodysHash;
    boolean same = encoder.matches(usable ? password : "-", compared);
    return usable && same;
  }

  private String encode(String password) {
    String hash = encoder.encode(password);
    if (hash == null) {
      throw new IllegalStateException("no hash");
    }
    return hash;
  }

  /** Whether a password is short enough to be somebody's. */
  public static boolean fits(String password) {
    return password.length() <= MAX_PASSWORD_BYTES
        && password.getBytes(StandardCharsets.UTF_8).length <= MAX_PASSWORD_BYTES;
  }

  private <T> T wait(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    try {
      threads.execute(task);
      return task.get(maxWait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException | TimeoutException noTurn) {
      refused.increment();
      throw busy();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy();
    } catch (ExecutionException broken) {
      throw new IllegalStateException("hashing failed", broken.getCause());
    } finally {
      threads.remove(task);
    }
  }

  private static Refusal.Busy busy() {
    return new Refusal.Busy("Too many passwords are being checked. Try again in a moment.");
  }

  /** Hashes that wait for their turn now. */
  public int waiting() {
    return threads.getQueue().size();
  }

  /** How many found no turn in time, ever. */
  public long refused() {
    return refused.sum();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
