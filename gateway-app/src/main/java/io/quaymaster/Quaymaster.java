package io.quaymaster;

import io.quaymaster.process.CleanExit;
import io.quaymaster.process.Notices;
import io.quaymaster.process.StartupChecks;
import io.quaymaster.process.StartupReporter;
import io.quaymaster.trail.AuditCommands;
import java.util.OptionalInt;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Where the process starts. */
public final class Quaymaster {
  /** Virtual threads that are in a system call on a file hold their carrier; this leaves others. */
  private static final int LEAST_CARRIERS = 8;

  /** Carriers that the JDK may add while others are held. */
  private static final int MOST_CARRIERS = 256;

  private Quaymaster() {}

  /**
   * Exit status: 0 after SIGTERM and after {@code --help}, 1 if it cannot start, 143 (the JVM's
   * own) if it was asked to end before it had started; of the commands see {@link Commands} and
   * {@link AuditCommands}.
   */
  public static void main(String[] args) {
    prepareJvm();
    OptionalInt ended = Commands.run(args);
    if (ended.isPresent()) {
      System.exit(ended.getAsInt());
      return;
    }
    if (Arguments.asksForHelp(args)) {
      System.out.println(Arguments.USAGE);
      return;
    }
    String[] words;
    try {
      words = Arguments.forSpring(args);
    } catch (RuntimeException failure) {
      StartupReporter.report(failure, Notices.accordingTo(System.getenv(), System.out, System.err));
      System.exit(1);
      return;
    }
    CleanExit exit = new CleanExit();
    Runtime.getRuntime().addShutdownHook(new Thread(exit, "shutdown"));
    try {
      start(exit, words);
    } catch (RuntimeException | Error reported) {
      // Spring Boot asked the reporters, so it has been said.
      System.exit(1);
    }
  }

  /** The whole gateway in this process, for tests too. */
  static ConfigurableApplicationContext start(String... words) {
    return start(new CleanExit(), words);
  }

  private static ConfigurableApplicationContext start(CleanExit exit, String... words) {
    SpringApplication application = new SpringApplication(GatewayAssembly.class);
    application.setRegisterShutdownHook(false);
    application.addInitializers(exit, new StartupChecks());
    return application.run(words);
  }

  /** The JDK reads these when the first virtual thread is made. */
  private static void prepareJvm() {
    int carriers = Math.max(2 * Runtime.getRuntime().availableProcessors(), LEAST_CARRIERS);
    setUnlessSet("jdk.virtualThreadScheduler.parallelism", Integer.toString(carriers));
    setUnlessSet(
        "jdk.virtualThreadScheduler.maxPoolSize",
        Integer.toString(Math.max(MOST_CARRIERS, carriers)));
    setUnlessSet("java.awt.headless", "true");
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
