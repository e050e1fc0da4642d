package io.quaymaster.admission;

/** What admins change about bans reaches all gateway processes by this. Threads: any. */
public interface BanChanges {
  /** Tells the other processes when the caller's transaction commits. */
  void announceImposed(long id);

  /** Likewise. */
  void announceLifted(BanSubject subject);

  /** After the commit: here it counts before the admin has an answer. */
  void imposed(Ban ban);

  /** Likewise. */
  void lifted(BanSubject subject);
}
