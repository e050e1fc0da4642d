package io.quaymaster.process;

import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.settings.Settings;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Brings the schema up to date, and gives the role that gateways run as its rights. Flyway with the
 * gateway's settings, and nothing else of the gateway. Of two at once, the one waits for the other
 * and then finds nothing to do.
 */
public final class MigrateCommand {
  /** Flyway takes two: one holds its lock, the other migrates. */
  private static final List<String> FEW_CONNECTIONS =
      List.of(
          "--spring.datasource.hikari.maximum-pool-size=3",
          "--spring.datasource.hikari.minimum-idle=0");

  private final PrintStream out;
  private final PrintStream err;

  public MigrateCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /**
   * What of Spring Boot it takes. Nothing is made before it is asked for, so that the checks come
   * first.
   */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @ImportAutoConfiguration({DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class})
  static class Assembly {
    @Bean
    FlywayMigrationStrategy whenAsked() {
      return flyway -> {};
    }
  }

  /**
   * Returns the exit status: 0 when the schema is as this build needs it, else 1, having said why.
   *
   * @param words settings as on a gateway's command line
   */
  public int run(String[] words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(FEW_CONNECTIONS);
    SpringApplication application = new SpringApplication(Assembly.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setLazyInitialization(true);
    application.setRegisterShutdownHook(false);
    ConfigurableApplicationContext context;
    try {
      context = application.run(all.toArray(String[]::new));
    } catch (RuntimeException reported) {
      // Nothing of ours has run yet, and Spring Boot asked the reporters.
      return 1;
    }
    try (context) {
      return migrate(context);
    }
  }

  private int migrate(ConfigurableApplicationContext context) {
    ConfigurableEnvironment environment = context.getEnvironment();
    Notices notices = Notices.accordingTo(environment::getProperty, out, err);
    try {
      GatewayProperties settings = Settings.read(environment);
      requireUrl(environment.getProperty("spring.datasource.url"));
      DatabaseCheck.connect(environment);
      Flyway flyway = context.getBean(Flyway.class);
      DatabaseCheck.prepareSchema(flyway, true);
      String role = settings.database().runtimeRole();
      if (role != null) {
        RuntimeRole.allow(flyway.getConfiguration(), role).forEach(notices::info);
      }
      notices.info("The schema of the database is at version %s.".formatted(version(flyway)));
      return 0;
    } catch (RuntimeException failure) {
      String reason = StartupReporter.reason(failure);
      if (reason == null) {
        throw failure;
      }
      notices.error("The migration failed. " + reason);
      return 1;
    }
  }

  private static void requireUrl(@Nullable String url) {
    if (url == null || url.isBlank()) {
      throw new StartupFailure(
          "SPRING_DATASOURCE_URL is not set, for example jdbc:postgresql://db:5432/quaymaster. A"
              + " gateway on an embedded PostgreSQL migrates it by itself.");
    }
  }

  private static String version(Flyway flyway) {
    MigrationInfo current = flyway.info().current();
    return current == null ? "none" : String.valueOf(current.getVersion());
  }
}
