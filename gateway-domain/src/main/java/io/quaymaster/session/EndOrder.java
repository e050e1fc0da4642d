package io.quaymaster.session;

import java.util.Locale;

/**
 * Whose sessions end, and why. It travels as text: {@code account 12 suspended}.
 *
 * @param what an account's id, a key's, a certificate authority's, or a session's
 * @param reason for people; follows on "This session was ended: "
 */
public record EndOrder(Kind kind, String what, String reason) {
  /** What the sessions have in common. */
  public enum Kind {
    ACCOUNT,
    KEY,
    AUTHORITY,
    SESSION
  }

  public static EndOrder ofAccount(long accountId, String reason) {
    return new EndOrder(Kind.ACCOUNT, Long.toString(accountId), reason);
  }

  /** Those that a key let in. */
  public static EndOrder ofKey(long keyId, String reason) {
    return new EndOrder(Kind.KEY, Long.toString(keyId), reason);
  }

  /** Those that an authority vouched for. */
  public static EndOrder ofAuthority(long authorityId, String reason) {
    return new EndOrder(Kind.AUTHORITY, Long.toString(authorityId), reason);
  }

  public static EndOrder ofSession(String id, String reason) {
    return new EndOrder(Kind.SESSION, id, reason);
  }

  boolean isFor(LiveSession session) {
    return switch (kind) {
      case ACCOUNT -> session.accountId() == Long.parseLong(what);
      case KEY -> session.keyIds().contains(Long.parseLong(what));
      case AUTHORITY -> session.authorityIds().contains(Long.parseLong(what));
      case SESSION -> session.id().equals(what);
    };
  }

  /** What the client hears. */
  String farewell() {
    return "This session was ended: " + reason + ".";
  }

  String text() {
    return "%s %s %s".formatted(kind.name().toLowerCase(Locale.ROOT), what, reason);
  }

  /**
   * @throws IllegalArgumentException if it is none
   */
  static EndOrder parse(String text) {
    String[] words = text.split(" ", 3);
    if (words.length != 3) {
      throw new IllegalArgumentException("no order: " + text);
    }
    return new EndOrder(Kind.valueOf(words[0].toUpperCase(Locale.ROOT)), words[1], words[2]);
  }
}
