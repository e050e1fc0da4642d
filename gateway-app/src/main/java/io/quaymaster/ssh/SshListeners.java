package io.quaymaster.ssh;

import io.quaymaster.process.Phases;
import io.quaymaster.process.SshListener;
import io.quaymaster.ssh.admission.Gate;
import io.quaymaster.ssh.cipher.CipherSelfTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** All SSH ports of the process, started and stopped together. The first is the main one. */
final class SshListeners implements SmartLifecycle, SshListener {
  /** How long a stop waits for channels to let go of their files. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(SshListeners.class);

  private final List<GatewaySshServer> servers;
  private final Gate gate;
  private final KeepAlive keepAlive;
  private final ServedCount served;
  private final Drain drain;

  /**
   * @param gate at all of them
   * @param keepAlive of the sessions of all of them
   * @param served channels of all of them
   * @param drain what comes before their end
   */
  SshListeners(
      List<GatewaySshServer> servers,
      Gate gate,
      KeepAlive keepAlive,
      ServedCount served,
      Drain drain) {
    this.servers = List.copyOf(servers);
    this.gate = gate;
    this.keepAlive = keepAlive;
    this.served = served;
    this.drain = drain;
  }

  /** Starts all or none. */
  @Override
  public void start() {
    CipherSelfTest.run();
    try {
      for (GatewaySshServer server : servers) {
        server.start();
      }
      CipherSelfTest.warmUp();
      Thread.ofVirtual().name("ssh-keep-alive").start(keepAlive);
    } catch (IOException refused) {
      closeAll();
      throw new UncheckedIOException(refused);
    }
  }

  /**
   * The ports close first; then sessions end that move no file, then the others, when they have
   * moved it or their time is over. Returns when their channels have settled what they were
   * writing, so that the ledger may be stopped.
   */
  @Override
  public void stop() {
    try {
      drain.awaitUnwanted();
      gate.close();
      servers.forEach(GatewaySshServer::unbind);
      drain.awaitSessions();
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
    keepAlive.stop();
    closeAll();
    try {
      if (!served.awaitNone(STOP_PATIENCE)) {
        log.warn("{} channels are still being served", served.now());
      }
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeAll() {
    for (GatewaySshServer server : servers) {
      try {
        server.stop();
      } catch (IOException broken) {
        log.warn("The listener {} did not stop", server.listener().name(), broken);
      }
    }
  }

  @Override
  public boolean isRunning() {
    return servers.stream().anyMatch(GatewaySshServer::isListening);
  }

  @Override
  public int getPhase() {
    return Phases.SSH;
  }

  @Override
  public boolean isListening() {
    return servers.stream().allMatch(GatewaySshServer::isListening);
  }

  @Override
  public int port() {
    return servers.getFirst().port();
  }

  @Override
  public List<Further> further() {
    return servers.stream()
        .skip(1)
        .map(
            s ->
                new Further(
                    s.listener().name(), s.bind(), s.port(), s.listener().algorithms().wireName()))
        .toList();
  }
}
