package io.quaymaster.ssh.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What MINA starts when a client asks a channel for something: a virtual thread that serves the
 * channel from its first byte to its exit status, so that whatever a channel holds is let go in
 * that thread's {@code finally}.
 */
public final class ServedChannel implements Command {
  private static final Logger log = LoggerFactory.getLogger(ServedChannel.class);

  /** Serves a channel. */
  @FunctionalInterface
  public interface Service {
    /**
     * @param complaints what the client's user sees on the standard error
     * @return the exit status
     * @throws IOException if the client is gone or cannot be understood
     */
    int serve(ChannelInput in, ChannelOutput out, Complaints complaints)
        throws IOException, InterruptedException;
  }

  /** Lines for the user behind the client. */
  @FunctionalInterface
  public interface Complaints {
    void say(String line);
  }

  /** Exit status when the client could not be understood, as sftp-server's. */
  private static final int EXIT_BAD_MESSAGE = 11;

  private final String name;
  private final ChannelInput in;
  private final ChannelOutput out;
  private final Service service;
  private @Nullable ExitCallback exit;
  private @Nullable OutputStream errors;

  /**
   * @param name for the thread
   */
  public ServedChannel(
      String name, ChannelSession channel, ChannelInput in, ChannelOutput out, Service service) {
    this.name = name;
    this.in = in;
    this.out = out;
    this.service = service;
    channel.setDataReceiver(in);
  }

  @Override
  public void setExitCallback(ExitCallback callback) {
    exit = callback;
  }

  @Override
  public void setErrorStream(OutputStream stream) {
    errors = stream;
  }

  @Override
  public void setInputStream(InputStream unused) {}

  @Override
  public void setOutputStream(OutputStream unused) {}

  @Override
  public void start(ChannelSession channel, Environment environment) {
    Thread.ofVirtual().name(name).start(this::run);
  }

  /** The channel is gone. The thread finds out at its next read or write, and ends. */
  @Override
  public void destroy(ChannelSession channel) {
    in.abort();
  }

  private void run() {
    in.takerBegins();
    try {
      serve();
    } finally {
      in.takerEnds();
    }
  }

  private void serve() {
    int status = EXIT_BAD_MESSAGE;
    try {
      status = service.serve(in, out, this::say);
    } catch (SocketTimeoutException deaf) {
      // Who reads nothing would not read why either, and telling would wait for the window again.
      log.info("{}: {}", name, deaf.getMessage());
    } catch (IOException gone) {
      if (in.isAborted()) {
        log.debug("{}: the client is gone", name, gone);
      } else {
        log.info("{}: {}", name, gone.getMessage());
        say(gone.getMessage());
      }
    } catch (InterruptedException stopped) {
      log.debug("{}: stopped", name, stopped);
    } catch (RuntimeException defect) {
      log.error("{}: a defect ended the channel", name, defect);
      say("internal error");
    } finally {
      in.abort();
      if (exit != null) {
        exit.onExit(status);
      }
    }
  }

  private void say(@Nullable String line) {
    OutputStream to = errors;
    if (to == null || line == null) {
      return;
    }
    try {
      to.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
      to.flush();
    } catch (IOException gone) {
      log.debug("{}: nobody reads '{}'", name, line, gone);
    }
  }
}
