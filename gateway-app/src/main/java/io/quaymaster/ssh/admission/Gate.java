package io.quaymaster.ssh.admission;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.admission.BanBook;
import io.quaymaster.admission.Penalties;
import io.quaymaster.admission.PenaltyKind;
import io.quaymaster.admission.SourceNetwork;
import io.quaymaster.admission.SourceRates;
import io.quaymaster.admission.TokenBucket;
import io.quaymaster.ssh.transport.Gatekeeper;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets connections in, or not, when they are accepted: by bans, by how many are not authenticated
 * yet in all and of their source, and by how often their source comes. Nothing is asked of the
 * database. What those cost that leave without having come in is written into the {@link BanBook}.
 * Networks that are exempt there are bound by the limit of all only.
 *
 * <p>Threads: any.
 */
public final class Gate implements Gatekeeper {
  /** More than that many sources at a time are not told apart exactly. */
  private static final int RATED_SOURCES = 65_536;

  private static final int LINES_AT_ONCE = 20;
  private static final double LINES_PER_SECOND = 1;
  private static final Logger log = LoggerFactory.getLogger(Gate.class);

  private final GateSettings settings;
  private final BanBook book;
  private final Penalties penalties;
  private final Clock clock;
  private final IntUnaryOperator random;
  private final Map<Refused, Counter> refusals = new EnumMap<>(Refused.class);
  private final Map<SourceNetwork, Integer> strangersOf = new HashMap<>();
  private final SourceRates rates;
  private final TokenBucket lines;
  private long silent;
  private int strangers;
  private int waitingForHeaders;
  private volatile boolean closing;

  /**
   * @param random given a bound, draws a number from 0 to below it
   */
  public Gate(
      GateSettings settings,
      BanBook book,
      Penalties penalties,
      Clock clock,
      IntUnaryOperator random,
      MeterRegistry registry) {
    this.settings = settings;
    this.book = book;
    this.penalties = penalties;
    this.clock = clock;
    this.random = random;
    this.rates =
        new SourceRates(settings.handshakesPerSecond(), settings.handshakeBurst(), RATED_SOURCES);
    this.lines = new TokenBucket(LINES_PER_SECOND, LINES_AT_ONCE, clock.instant());
    for (Refused reason : Refused.values()) {
      refusals.put(
          reason,
          Counter.builder("quaymaster.connections.refused")
              .description("Connections that were closed when they were accepted")
              .tag("reason", reason.label())
              .register(registry));
    }
    Gauge.builder("quaymaster.connections.unauthenticated", this, Gate::strangers)
        .description("Connections that are not authenticated yet")
        .register(registry);
    Gauge.builder("quaymaster.bans", book, BanBook::bannedNetworks)
        .description("Bans that this process enforces now")
        .tag("subject", "network")
        .register(registry);
    Gauge.builder("quaymaster.bans", book, BanBook::bannedAccounts)
        .description("Bans that this process enforces now")
        .tag("subject", "account")
        .register(registry);
  }

  @Override
  public Optional<Pass> admit(InetSocketAddress address) {
    InetAddress source = address.getAddress();
    SourceNetwork block = book.block(source);
    boolean exempt = book.isExempt(source);
    boolean banned = !exempt && book.ban(source).isPresent();
    synchronized (this) {
      Optional<Refused> refused =
          banned ? Optional.of(Refused.BANNED) : whyNot(block, exempt, clock.instant());
      if (refused.isPresent()) {
        refuse(address, refused.get());
        return Optional.empty();
      }
      strangers++;
      strangersOf.merge(block, 1, Integer::sum);
    }
    return Optional.of(new Stranger(this, source, block, settings.graceTime()));
  }

  private Optional<Refused> whyNot(SourceNetwork block, boolean exempt, Instant now) {
    if (settings.startups().isFull(strangers)) {
      return Optional.of(Refused.MAX_UNAUTHENTICATED);
    }
    if (settings.startups().drops(strangers, random.applyAsInt(100))) {
      return Optional.of(Refused.EARLY_DROP);
    }
    if (exempt) {
      return Optional.empty();
    }
    if (strangersOf.getOrDefault(block, 0) >= settings.perSource()) {
      return Optional.of(Refused.PER_SOURCE);
    }
    return rates.take(block, now) ? Optional.empty() : Optional.of(Refused.HANDSHAKE_RATE);
  }

  /** Counted each; a line for the first ones, and then one a second. */
  private void refuse(InetSocketAddress address, Refused reason) {
    count(reason);
    if (!lines.take(clock.instant())) {
      silent++;
      return;
    }
    log.info(
        "A connection from {} is closed: {} ({} more were not told)",
        address.getAddress().getHostAddress(),
        reason.words(),
        silent);
    silent = 0;
  }

  private void count(Refused reason) {
    Counter counter = refusals.get(reason);
    if (counter != null) {
      counter.increment();
    }
  }

  @Override
  public boolean isProxy(InetSocketAddress peer) {
    if (settings.proxies().isEmpty()) {
      return false;
    }
    SourceNetwork address = SourceNetwork.of(peer.getAddress());
    return settings.proxies().stream().anyMatch(network -> network.covers(address));
  }

  /** As many as may be unauthenticated: each of them is about to be. */
  @Override
  public synchronized Optional<Pass> admitProxy(InetSocketAddress proxy) {
    if (settings.startups().isFull(waitingForHeaders)) {
      refuse(proxy, Refused.PROXY_WAITING);
      return Optional.empty();
    }
    waitingForHeaders++;
    return Optional.of(new Waiting());
  }

  /** A place among those that wait for a header. */
  private final class Waiting implements Pass {
    private final AtomicBoolean left = new AtomicBoolean();

    @Override
    public boolean isOverdue(long nanoTime) {
      return false;
    }

    @Override
    public boolean isStranger() {
      return true;
    }

    @Override
    public void left() {
      if (left.compareAndSet(false, true)) {
        synchronized (Gate.this) {
          waitingForHeaders--;
        }
      }
    }
  }

  @Override
  public Duration headerTimeout() {
    return settings.headerTimeout();
  }

  @Override
  public synchronized void headerRefused(InetSocketAddress proxy, String reason) {
    count(Refused.PROXY_HEADER);
    if (lines.take(clock.instant())) {
      log.warn(
          "A connection of the proxy {} is closed: {}",
          proxy.getAddress().getHostAddress(),
          reason);
    } else {
      silent++;
    }
  }

  /** Somebody came in, or left. */
  synchronized void released(SourceNetwork block) {
    strangers--;
    strangersOf.computeIfPresent(block, (_, n) -> n == 1 ? null : n - 1);
  }

  /** Somebody left without having come in. */
  void leftAStranger(InetAddress source, PenaltyKind kind) {
    if (!closing) {
      penalties.charge(source, kind);
    }
  }

  /** From now on who is shown out did nothing wrong: the gateway stops. */
  public void close() {
    closing = true;
  }

  /** Connections that are not authenticated yet. */
  public synchronized int strangers() {
    return strangers;
  }
}
