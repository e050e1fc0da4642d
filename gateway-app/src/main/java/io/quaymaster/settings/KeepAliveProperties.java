package io.quaymaster.settings;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How clients that vanished are noticed; OpenSSH's ClientAliveInterval and ClientAliveCountMax.
 *
 * @param interval of silence before a client is asked whether it is there; zero: never
 * @param count questions in a row that may stay unanswered
 */
public record KeepAliveProperties(
    @DefaultValue("1m") Duration interval, @DefaultValue("3") int count) {
  public KeepAliveProperties {
    Bounds.duration("quaymaster.keep-alive.interval", interval, Duration.ZERO, Duration.ofHours(1));
    Bounds.number("quaymaster.keep-alive.count", count, 1, 1000);
  }
}
