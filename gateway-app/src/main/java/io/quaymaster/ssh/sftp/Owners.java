package io.quaymaster.ssh.sftp;

import io.quaymaster.login.Grant;
import java.util.ArrayList;
import java.util.List;

/** The one user and the one group that a client sees: its account and its tenant. */
final class Owners {
  private final Grant grant;

  Owners(Grant grant) {
    this.grant = grant;
  }

  boolean isMe(String user) {
    return user.equals(grant.username()) || user.equals(grant.loginName().toString());
  }

  /** The names behind user ids; empty for an id that is nobody's here. */
  List<String> users(RequestReader ids) throws MalformedMessage {
    return names(ids, ReplyWriter.OWNER_ID, grant.username());
  }

  List<String> groups(RequestReader ids) throws MalformedMessage {
    return names(ids, ReplyWriter.GROUP_ID, grant.tenant());
  }

  private static List<String> names(RequestReader ids, int known, String name)
      throws MalformedMessage {
    List<String> names = new ArrayList<>();
    while (ids.remaining() > 0) {
      names.add(ids.uint32() == known ? name : "");
    }
    return names;
  }
}
