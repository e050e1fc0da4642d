package io.quaymaster.ssh;

import io.quaymaster.admission.PenaltySettings;
import io.quaymaster.admission.SourceNetwork;
import io.quaymaster.admission.StartupLimit;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a {@link TestGateway} deals with those who have not logged in.
 *
 * @param handshakeBurst new connections of one source at once, and a second
 */
record Strangers(
    StartupLimit startups,
    int perSource,
    int handshakeBurst,
    PenaltySettings penalties,
    List<SourceNetwork> exempt,
    List<SourceNetwork> proxies,
    Duration headerTimeout) {
  static final Strangers DEFAULTS =
      new Strangers(
          new StartupLimit(50, 30, 100),
          25,
          200,
          PenaltySettings.DEFAULTS,
          List.of(),
          List.of(),
          Duration.ofSeconds(5));

  /** And none is dropped by chance. */
  Strangers most(int most) {
    return new Strangers(
        new StartupLimit(most, 30, most),
        most,
        handshakeBurst,
        penalties,
        exempt,
        proxies,
        headerTimeout);
  }

  Strangers startups(StartupLimit other) {
    return new Strangers(
        other, perSource, handshakeBurst, penalties, exempt, proxies, headerTimeout);
  }

  Strangers perSource(int most) {
    return new Strangers(startups, most, handshakeBurst, penalties, exempt, proxies, headerTimeout);
  }

  Strangers handshakeBurst(int most) {
    return new Strangers(startups, perSource, most, penalties, exempt, proxies, headerTimeout);
  }

  Strangers penalties(PenaltySettings other) {
    return new Strangers(
        startups, perSource, handshakeBurst, other, exempt, proxies, headerTimeout);
  }

  Strangers exempt(String... networks) {
    return new Strangers(
        startups, perSource, handshakeBurst, penalties, parsed(networks), proxies, headerTimeout);
  }

  Strangers proxies(Duration timeout, String... networks) {
    return new Strangers(
        startups, perSource, handshakeBurst, penalties, exempt, parsed(networks), timeout);
  }

  private static List<SourceNetwork> parsed(String... networks) {
    return Stream.of(networks).map(SourceNetwork::parse).toList();
  }
}
