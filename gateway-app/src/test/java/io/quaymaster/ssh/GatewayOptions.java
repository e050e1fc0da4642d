package io.quaymaster.ssh;

import io.quaymaster.admission.PenaltySettings;
import io.quaymaster.settings.ListenerSettings;
import io.quaymaster.ssh.sftp.SftpLimits;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** What a test may want of a {@link TestGateway} that is different from the product. Immutable. */
final class GatewayOptions {
  static final GatewayOptions DEFAULTS = new GatewayOptions();

  private SftpLimits limits = SftpLimits.DEFAULTS;
  private Duration authTimeout = Duration.ofMinutes(1);
  private Duration patience = Duration.ofMinutes(2);
  private long windowBytes = 4 << 20;
  private int maxChannels = 8;
  private Passwords passwords = Passwords.PLAIN;
  private BackDoor.Kind stores = BackDoor.Kind.DISK;

  /** Plays fail on purpose, and most of them are about something else. */
  private Strangers strangers = Strangers.DEFAULTS.penalties(PenaltySettings.OFF);

  private KeepAlive.Settings keepAlive =
      new KeepAlive.Settings(Duration.ofMinutes(1), 3, Duration.ofMinutes(15));
  private List<ListenerSettings> listeners = List.of();

  private GatewayOptions() {}

  private GatewayOptions with(Consumer<GatewayOptions> change) {
    GatewayOptions copy = new GatewayOptions();
    copy.limits = limits;
    copy.authTimeout = authTimeout;
    copy.patience = patience;
    copy.windowBytes = windowBytes;
    copy.maxChannels = maxChannels;
    copy.passwords = passwords;
    copy.stores = stores;
    copy.strangers = strangers;
    copy.keepAlive = keepAlive;
    copy.listeners = listeners;
    change.accept(copy);
    return copy;
  }

  SftpLimits limits() {
    return limits;
  }

  GatewayOptions limits(SftpLimits other) {
    return with(o -> o.limits = other);
  }

  Duration authTimeout() {
    return authTimeout;
  }

  GatewayOptions authTimeout(Duration timeout) {
    return with(o -> o.authTimeout = timeout);
  }

  Duration patience() {
    return patience;
  }

  /** How long a client may leave its window closed. */
  GatewayOptions patience(Duration most) {
    return with(o -> o.patience = most);
  }

  long windowBytes() {
    return windowBytes;
  }

  /** What a client may send ahead. */
  GatewayOptions windowBytes(long most) {
    return with(o -> o.windowBytes = most);
  }

  int maxChannels() {
    return maxChannels;
  }

  Passwords passwords() {
    return passwords;
  }

  GatewayOptions passwords(Passwords other) {
    return with(o -> o.passwords = other);
  }

  BackDoor.Kind stores() {
    return stores;
  }

  /** Where all stores lie. */
  GatewayOptions stores(BackDoor.Kind kind) {
    return with(o -> o.stores = kind);
  }

  Strangers strangers() {
    return strangers;
  }

  GatewayOptions strangers(Strangers other) {
    return with(o -> o.strangers = other);
  }

  GatewayOptions maxUnauthenticated(int most) {
    return strangers(strangers.most(most));
  }

  KeepAlive.Settings keepAlive() {
    return keepAlive;
  }

  GatewayOptions keepAlive(KeepAlive.Settings other) {
    return with(o -> o.keepAlive = other);
  }

  List<ListenerSettings> listeners() {
    return listeners;
  }

  /** Further listeners; their ports are any free ones. */
  GatewayOptions listeners(ListenerSettings... further) {
    return with(o -> o.listeners = List.of(further));
  }
}
