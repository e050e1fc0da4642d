package io.quaymaster.ssh.sftp;

import io.quaymaster.accountfiles.AccountFile;
import io.quaymaster.accountfiles.DirectoryView;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a channel has open. A handle is a slot and the slot's turn, so that a handle which was
 * closed never means what stands in the slot now. One thread.
 */
final class Handles {
  /** What a handle stands for. */
  sealed interface Open {
    record OpenedFile(AccountFile file) implements Open {}

    record OpenedDirectory(DirectoryView directory) implements Open {}
  }

  private static final int HANDLE_BYTES = 8;

  private static final class Slot {
    private @Nullable Open open;
    private int turn;
  }

  private final int limit;
  private final List<Slot> slots = new ArrayList<>();
  private final List<Integer> free = new ArrayList<>();

  Handles(int limit) {
    this.limit = limit;
  }

  /**
   * @throws FileFailure TOO_MANY_HANDLES
   */
  void requireFree() throws FileFailure {
    if (free.isEmpty() && slots.size() >= limit) {
      throw new FileFailure(
          Kind.TOO_MANY_HANDLES,
          "a session may have %d files and directories open".formatted(limit));
    }
  }

  /**
   * Gives a handle; {@link #requireFree} was asked before.
   *
   * @return byte text
   */
  String add(Open open) {
    int index = free.isEmpty() ? slots.size() : free.removeLast();
    if (index == slots.size()) {
      slots.add(new Slot());
    }
    Slot slot = slots.get(index);
    slot.open = open;
    slot.turn++;
    return text(index, slot.turn);
  }

  private static String text(int index, int turn) {
    StringBuilder text = new StringBuilder(HANDLE_BYTES);
    for (int shift = 24; shift >= 0; shift -= 8) {
      text.append((char) (index >>> shift & 0xff));
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
      text.append((char) (turn >>> shift & 0xff));
    }
    return text.toString();
  }

  private @Nullable Slot slot(String handle) {
    if (handle.length() != HANDLE_BYTES) {
      return null;
    }
    int index = number(handle, 0);
    if (index < 0 || index >= slots.size()) {
      return null;
    }
    Slot slot = slots.get(index);
    return slot.open != null && slot.turn == number(handle, 4) ? slot : null;
  }

  private static int number(String handle, int at) {
    return handle.charAt(at) << 24
        | handle.charAt(at + 1) << 16
        | handle.charAt(at + 2) << 8
        | handle.charAt(at + 3);
  }

  @Nullable AccountFile file(String handle) {
    Slot slot = slot(handle);
    return slot != null && slot.open instanceof Open.OpenedFile(AccountFile file) ? file : null;
  }

  @Nullable DirectoryView directory(String handle) {
    Slot slot = slot(handle);
    return slot != null && slot.open instanceof Open.OpenedDirectory(DirectoryView directory)
        ? directory
        : null;
  }

  /** Takes a handle away from the client; null if it has none such. */
  @Nullable Open remove(String handle) {
    Slot slot = slot(handle);
    if (slot == null) {
      return null;
    }
    Open open = slot.open;
    slot.open = null;
    free.add(number(handle, 0));
    return open;
  }

  /** Closes the directories that are left. Files are ended by the account's files, as aborted. */
  void closeDirectories() {
    for (Slot slot : slots) {
      if (slot.open instanceof Open.OpenedDirectory(DirectoryView directory)) {
        directory.close();
      }
      slot.open = null;
    }
  }
}
