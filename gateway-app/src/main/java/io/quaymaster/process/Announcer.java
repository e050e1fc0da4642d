package io.quaymaster.process;

import io.quaymaster.process.DemoSetup.DemoAccount;
import io.quaymaster.process.ReadyMessage.HttpPort;
import io.quaymaster.settings.GatewayProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.env.Environment;

/** Runs last of all at start-up: makes the demo's data, then says that the gateway is ready. */
final class Announcer implements ApplicationRunner {
  private final GatewayProperties settings;
  private final Environment environment;
  private final DataFolder dataFolder;
  private final HostKeys hostKeys;
  private final AdminToken adminToken;
  private final SshListener ssh;
  private final DemoSetup demoSetup;

  Announcer(
      GatewayProperties settings,
      Environment environment,
      DataFolder dataFolder,
      HostKeys hostKeys,
      AdminToken adminToken,
      SshListener ssh,
      DemoSetup demoSetup) {
    this.settings = settings;
    this.environment = environment;
    this.dataFolder = dataFolder;
    this.hostKeys = hostKeys;
    this.adminToken = adminToken;
    this.ssh = ssh;
    this.demoSetup = demoSetup;
  }

  @Override
  public void run(ApplicationArguments arguments) {
    List<String> lines = message(settings.demo() ? makeDemo() : null).lines();
    if (environment.getProperty("logging.structured.format.console", "").isBlank()) {
      System.out.println(String.join(System.lineSeparator(), lines));
    } else {
      // Whoever reads JSON reads nothing else.
      lines.forEach(line -> LoggerFactory.getLogger(Announcer.class).info(line.strip()));
    }
  }

  private ReadyMessage message(@Nullable DemoAccount demo) {
    return new ReadyMessage(
        settings.bind(),
        ssh.port(),
        new HttpPort(port("local.server.port"), settings.tls().pair() != null),
        new HttpPort(port("local.management.port"), settings.managementTls().pair() != null),
        ssh.further(),
        hostKeys.shown(),
        hostKeys.shownNext(),
        adminToken.whereabouts(),
        demo);
  }

  private DemoAccount makeDemo() {
    DemoAccount account = Demo.account(dataFolder);
    demoSetup.ensure(account);
    return account;
  }

  private int port(String property) {
    return environment.getRequiredProperty(property, Integer.class);
  }
}
