package io.quaymaster.ssh.admission;

import io.quaymaster.admission.SourceNetwork;
import io.quaymaster.admission.StartupLimit;
import java.time.Duration;
import java.util.List;

/**
 * What strangers may cost.
 *
 * @param startups connections in all that are not authenticated yet
 * @param perSource of one source
 * @param handshakesPerSecond new connections of one source in the long run
 * @param handshakeBurst and at once
 * @param graceTime from the accepted connection, or the PROXY header, to the successful login
 * @param proxies networks whose connections begin with a PROXY protocol header; empty: none
 * @param headerTimeout how long that header may take
 */
public record GateSettings(
    StartupLimit startups,
    int perSource,
    double handshakesPerSecond,
    int handshakeBurst,
    Duration graceTime,
    List<SourceNetwork> proxies,
    Duration headerTimeout) {
  public GateSettings {
    proxies = List.copyOf(proxies);
  }
}
