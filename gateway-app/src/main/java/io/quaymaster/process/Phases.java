package io.quaymaster.process;

import org.springframework.context.SmartLifecycle;

/**
 * The order in which parts start and, backwards, stop. What is below in a number is started before
 * and stopped after what builds on it; each step of a stop may take {@code
 * spring.lifecycle.timeout-per-shutdown-phase}.
 *
 * <ol>
 *   <li>beans are made: data folder locked, PostgreSQL up, schema current
 *   <li>{@link #PROCESS}: the row by which other gateways know that this one lives
 *   <li>{@link #CHRONICLE}: transfers and audit lines can be told
 *   <li>{@link #LEDGER}: quotas can be granted and settled
 *   <li>{@link #BANS}: who is not let in is known, and can be told
 *   <li>{@link #SESSIONS}: sessions can be told to the other gateways
 *   <li>{@link #SWEEP}: uploads that nobody goes on with are cleared from time to time
 *   <li>the admin and management ports (Spring Boot: the largest number less 2048)
 *   <li>{@link #SSH}: the SSH port; then the start-up message
 * </ol>
 *
 * <p>So on SIGTERM readiness is refused, the SSH ports close and sessions end while the admin and
 * management ports still answer; then the ledger settles, the chronicle is flushed, the row goes,
 * the pool closes, PostgreSQL stops, and the lock on the data folder is dropped.
 */
public final class Phases {
  public static final int PROCESS = 1000;
  public static final int CHRONICLE = 2000;
  public static final int LEDGER = 3000;
  public static final int BANS = 3500;
  public static final int SESSIONS = 3700;
  public static final int SWEEP = 4000;
  public static final int SSH = SmartLifecycle.DEFAULT_PHASE - 100;

  private Phases() {}
}
