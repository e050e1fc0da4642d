package io.quaymaster.admission;

import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.login.LoginName;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Penalises, and tells the other processes of it, so that who goes from gateway to gateway owes
 * what it owes at all of them together. Here a penalty counts at once, there within a fraction of a
 * second; while the database is away, after it is back.
 *
 * <p>Threads: any. One virtual thread of its own tells the others.
 */
public final class Penalties {
  private static final String NOTICE = "penalties";

  /** How long penalties are gathered; so late are the others. */
  private static final Duration GATHER = Duration.ofMillis(100);

  private static final Duration RETRY = Duration.ofSeconds(1);

  /** Penalties pass: who hears of one later than this hears of nothing. */
  private static final Duration KEPT = Duration.ofMinutes(1);

  /** In a flood the first of them are told; a process knows all of its own. */
  private static final int MOST_SUBJECTS = 4_096;

  private static final Logger log = LoggerFactory.getLogger(Penalties.class);

  private record Charge(BanSubject subject, PenaltyKind kind) {}

  private final BanBook book;
  private final BanKeeper keeper;
  private final ClusterNotices notices;
  private final UUID process;
  private final Semaphore work = new Semaphore(0);
  private Map<Charge, Integer> untold = new LinkedHashMap<>();
  private volatile boolean stopping;
  private @Nullable Thread teller;

  /**
   * @param process by which it knows its own penalties again
   */
  public Penalties(BanBook book, BanKeeper keeper, ClusterNotices notices, UUID process) {
    this.book = book;
    this.keeper = keeper;
    this.notices = notices;
    this.process = process;
    notices.subscribe(NOTICE, this::hear);
  }

  /** Penalises a source, unless it is exempt. Returns at once. */
  public void charge(InetAddress source, PenaltyKind kind) {
    if (!book.isExempt(source)) {
      charge(new Charge(new BanSubject.Network(book.block(source)), kind));
    }
  }

  /**
   * Penalises an account for a wrong password, whoever tried it, unless that source is exempt.
   * Returns at once.
   */
  public void charge(LoginName name, InetAddress source) {
    if (!book.isExempt(source)) {
      charge(new Charge(new BanSubject.Account(name), PenaltyKind.AUTH_FAILED));
    }
  }

  private void charge(Charge charge) {
    count(charge);
    synchronized (this) {
      if (untold.size() < MOST_SUBJECTS || untold.containsKey(charge)) {
        untold.merge(charge, 1, Integer::sum);
      }
    }
    work.release();
  }

  private void count(Charge charge) {
    book.charge(charge.subject(), charge.kind()).ifPresent(keeper::began);
  }

  /** Begins to tell the others. Once only. */
  public void start() {
    teller = Thread.ofVirtual().name("penalty-teller").start(this::run);
  }

  /** Tells what is not told yet, if the database answers, and ends. */
  public void stop() throws InterruptedException {
    stopping = true;
    work.release();
    if (teller != null) {
      teller.join();
    }
  }

  private void run() {
    boolean last = false;
    try {
      while (!last) {
        work.acquire();
        last = stopping;
        if (!last) {
          Thread.sleep(GATHER);
        }
        work.drainPermits();
        last |= stopping;
        tell(last);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(boolean last) throws InterruptedException {
    Map<Charge, Integer> taken;
    synchronized (this) {
      taken = untold;
      untold = new LinkedHashMap<>();
    }
    try {
      for (String payload : written(taken)) {
        notices.publishKept(NOTICE, payload, KEPT);
      }
    } catch (DataAccessException | TransactionException away) {
      log.debug("Penalties are told later", away);
      synchronized (this) {
        taken.forEach((charge, times) -> untold.merge(charge, times, Integer::sum));
      }
      if (!last) {
        Thread.sleep(RETRY);
        work.release();
      }
    }
  }

  /** A line for the process, then one for each charge: {@code auth-failed 3 203.0.113.7/32}. */
  private List<String> written(Map<Charge, Integer> charges) {
    List<String> payloads = new ArrayList<>();
    StringBuilder payload = new StringBuilder(process.toString());
    for (Map.Entry<Charge, Integer> entry : charges.entrySet()) {
      String line =
          "\n%s %d %s"
              .formatted(
                  entry.getKey().kind().wireName(), entry.getValue(), entry.getKey().subject());
      if (payload.length() + line.length() > ClusterNotices.MAX_PAYLOAD_BYTES) {
        payloads.add(payload.toString());
        payload.setLength(process.toString().length());
      }
      payload.append(line);
    }
    if (!charges.isEmpty()) {
      payloads.add(payload.toString());
    }
    return payloads;
  }

  private void hear(String payload) {
    List<String> lines = payload.lines().toList();
    if (lines.getFirst().equals(process.toString())) {
      return;
    }
    for (String line : lines.subList(1, lines.size())) {
      String[] words = line.split(" ", 3);
      Charge charge = new Charge(subject(words[2]), PenaltyKind.ofWireName(words[0]));
      for (int times = Integer.parseInt(words[1]); times > 0; times--) {
        count(charge);
      }
    }
  }

  private static BanSubject subject(String text) {
    Optional<LoginName> name = LoginName.parse(text, null);
    return name.isPresent()
        ? new BanSubject.Account(name.get())
        : new BanSubject.Network(SourceNetwork.parse(text));
  }
}
