package io.quaymaster.ssh;

import io.quaymaster.ssh.Outcome.Stat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the two servers that are compared, with the handles it gave.
 *
 * @param root what stands before absolute paths; empty for ours, which is confined to its root
 * @param handles in the order of their opening; both sides have one at the same places
 */
record SftpSide(SftpWire wire, String root, List<String> handles) {
  SftpSide(SftpWire wire, String root) {
    this(wire, root, new ArrayList<>());
  }

  /** A path of the play, as this side must hear it. */
  String path(String path) {
    return path.startsWith("/") ? root + path : path;
  }

  /** A path that this side told, as the play knows it. */
  private String told(String path) {
    if (!path.startsWith(root)) {
      return path;
    }
    String rest = path.substring(root.length());
    return rest.isEmpty() ? "/" : rest;
  }

  Outcome answer(SftpStep step) {
    if (step.type() == SftpMessage.READDIR) {
      return list(step.message(this));
    }
    SftpReply reply = wire.call(step.message(this));
    return switch (reply.type()) {
      case SftpReply.STATUS -> new Outcome.Status(reply.status());
      case SftpReply.HANDLE -> opened(reply.handle());
      case SftpReply.DATA -> Outcome.data(reply.data());
      case SftpReply.ATTRS -> new Outcome.Attributes(Stat.of(reply.stat(), root));
      case SftpReply.NAME -> new Outcome.Path(step.isAboutHome() ? "home" : told(reply.path()));
      case SftpReply.EXTENDED -> extended(step, reply.extended());
      default -> throw new AssertionError("answer of type " + reply.type());
    };
  }

  /** Of the limits all but the number of handles; of the others that there is an answer. */
  private static Outcome extended(SftpStep step, ByteBuffer reply) {
    return new Outcome.Extended(
        step.shown().startsWith("limits")
            ? reply.getLong() + " " + reply.getLong() + " " + reply.getLong()
            : "an answer");
  }

  private Outcome opened(String handle) {
    handles.add(handle);
    SftpReply stat = wire.call(SftpMessage.about(SftpMessage.FSTAT, handle));
    return new Outcome.Opened(stat.isStatus() ? null : Stat.of(stat.stat(), root));
  }

  /** A directory from its opening to its end. */
  private Outcome list(SftpMessage opendir) {
    SftpReply opened = wire.call(opendir);
    if (opened.isStatus()) {
      return new Outcome.Status(opened.status());
    }
    List<SftpReply.Name> names = new ArrayList<>();
    SftpReply reply = wire.call(SftpMessage.about(SftpMessage.READDIR, opened.handle()));
    while (!reply.isStatus()) {
      names.addAll(reply.names());
      reply = wire.call(SftpMessage.about(SftpMessage.READDIR, opened.handle()));
    }
    wire.call(SftpMessage.about(SftpMessage.CLOSE, opened.handle()));
    return Outcome.listing(names, root);
  }
}
