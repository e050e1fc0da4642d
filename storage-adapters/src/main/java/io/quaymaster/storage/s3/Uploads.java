package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.Listing;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.UploadRecords.Upload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The uploads of one store that are not complete: those that somebody in this process works at, and
 * those that sleep in the records.
 *
 * <p>Threads: any.
 */
final class Uploads {
  /**
   * @param openAs null: it was closed, and waits to be published
   */
  private record Live(Draft draft, @Nullable DraftFile openAs) {}

  private final UploadServices services;
  private final KeyNames names;
  private final Directories directories;
  private final ChangesUnderWay changes;
  private final Aftermath aftermath;
  private final Map<StoreKey, Live> live = new ConcurrentHashMap<>();

  /** Those that take a name when they are closed. */
  private final Set<Draft> plain = ConcurrentHashMap.newKeySet();

  Uploads(
      UploadServices services, KeyNames names, Directories directories, ChangesUnderWay changes) {
    this.services = services;
    this.names = names;
    this.directories = directories;
    this.changes = changes;
    this.aftermath = new Aftermath(services, names);
  }

  /** One more upload is open. */
  void opened() {
    services.bucket().retained();
  }

  /** Begins an upload that replaces an object when it is closed, with what that has. */
  DraftFile beginReplacing(StoreKey key, Access access, ObjectInfo object) throws FileFailure {
    int mode = object.attributes(FileAttributes.Type.FILE).mode();
    DraftFile file = plain(key, access, mode, false);
    if (object.sizeBytes() > 0) {
      fill(file, new CopySource(object, 0, object.sizeBytes()));
    }
    return file;
  }

  /** An upload that nobody was given keeps no directory where it is. */
  private void fill(DraftFile file, CopySource source) throws FileFailure {
    try {
      file.append(source, 0);
    } catch (FileFailure failed) {
      giveUp(file.draft(), failed);
      services.bucket().close();
      throw failed;
    }
  }

  /** Nobody can go on with it. What cannot be taken back now, the sweep will. */
  private void giveUp(Draft draft, FileFailure why) {
    plain.remove(draft);
    try {
      draft.discard();
    } catch (FileFailure unfinished) {
      why.addSuppressed(unfinished);
    }
  }

  /** Begins an upload that takes a free name when it is closed; the caller keeps others away. */
  DraftFile beginNew(StoreKey key, Access access, int mode) throws FileFailure {
    return plain(key, access, mode, true);
  }

  private DraftFile plain(StoreKey key, Access access, int mode, boolean keep) throws FileFailure {
    Draft draft = new Draft(services, UUID.randomUUID(), key, key, names.file(key), mode, keep);
    plain.add(draft);
    return new DraftFile(this, draft, access);
  }

  /**
   * Begins an upload that is known by a name of its own until it is published.
   *
   * @throws FileFailure EXISTS
   */
  DraftFile beginAside(StoreKey key, StoreKey target, Access access, int mode) throws FileFailure {
    Draft draft =
        new Draft(services, UUID.randomUUID(), key, target, names.file(target), mode, false);
    DraftFile file = new DraftFile(this, draft, access);
    if (live.putIfAbsent(key, new Live(draft, file)) != null) {
      services.bucket().close();
      throw S3Failures.taken(null);
    }
    draft.attach();
    return file;
  }

  /** Goes on with an upload to write, taking it from whoever has it; empty if there is none. */
  Optional<DraftFile> resume(StoreKey key, Access access) throws FileFailure {
    Optional<Draft> draft = draft(key);
    if (draft.isEmpty()) {
      return Optional.empty();
    }
    draft.get().claim();
    DraftFile file = new DraftFile(this, draft.get(), access);
    live.put(key, new Live(draft.get(), file));
    return Optional.of(file);
  }

  /**
   * @throws FileFailure UNSUPPORTED if there is an upload of this name
   */
  void refuseToRead(StoreKey key) throws FileFailure {
    if (find(key).isPresent()) {
      throw new FileFailure(
          Kind.UNSUPPORTED, "an upload to a bucket can be read when it is complete");
    }
  }

  private Optional<Draft> draft(StoreKey key) throws FileFailure {
    Live known = live.get(key);
    if (known != null) {
      return Optional.of(known.draft());
    }
    Optional<Upload> recorded = recorded(key);
    return recorded.isEmpty() ? Optional.empty() : Optional.of(asleep(recorded.get()));
  }

  private Draft asleep(Upload upload) throws FileFailure {
    return Draft.asleep(services, upload, names.file(upload.target()));
  }

  /** An upload that can be gone on with. */
  private Optional<Upload> recorded(StoreKey key) throws FileFailure {
    Optional<Upload> recorded = services.records().find(key);
    return recorded.isPresent() && aftermath.isOpen(recorded.get()) ? recorded : Optional.empty();
  }

  /**
   * Forgets what is over of the uploads at or below a key, but for those that this process works
   * at.
   */
  void settle(StoreKey key) throws FileFailure {
    for (Upload upload : services.records().unsettled(key)) {
      if (!live.containsKey(upload.key())) {
        aftermath.of(upload);
      }
    }
  }

  boolean isOpenAs(Draft draft, DraftFile file) {
    Live known = live.get(draft.key());
    return !draft.isResumable()
        || (known != null && known.draft().equals(draft) && file.equals(known.openAs()));
  }

  /** Keeps what an upload has, and lets go of it. */
  void preserve(Draft draft) throws FileFailure {
    if (!draft.isResumable()) {
      draft.discard();
      return;
    }
    draft.preserve();
  }

  void closed(Draft draft, DraftFile file) throws FileFailure {
    try {
      closeNow(draft, file);
    } finally {
      services.bucket().close();
    }
  }

  private void closeNow(Draft draft, DraftFile file) throws FileFailure {
    if (!draft.isResumable()) {
      completePlain(draft);
    } else if (!isOpenAs(draft, file)) {
      throw new FileFailure(Kind.BUSY, "another session went on with this upload, or removed it");
    } else if (draft.isAsleep() || draft.isGone()) {
      forget(draft);
    } else {
      live.put(draft.key(), new Live(draft, null));
    }
  }

  private void completePlain(Draft draft) throws FileFailure {
    try {
      if (!draft.isGone()) {
        takeName(draft);
      }
    } catch (FileFailure failed) {
      giveUp(draft, failed);
      throw failed;
    } finally {
      plain.remove(draft);
    }
  }

  /** Another process may have renamed the directory since. */
  private void takeName(Draft draft) throws FileFailure {
    try (ChangesUnderWay.Change change = changes.begin(draft.key())) {
      directories.require(draft.key().parent());
      draft.complete(change::check);
    }
  }

  private void forget(Draft draft) {
    draft.detach();
    live.computeIfPresent(draft.key(), (key, known) -> known.draft().equals(draft) ? null : known);
  }

  /**
   * Makes an upload the object that it was to be; if that fails, keeps what can be kept. An upload
   * that is that object already, though nobody heard of it, is published with that.
   *
   * @throws FileFailure STORE_ERROR also if the server has nothing of it any more
   */
  void publish(StoreKey key, StoreKey target) throws FileFailure {
    try (ChangesUnderWay.Change change = changes.begin(key, target)) {
      publish(key, change::check);
    } catch (FileFailure refused) {
      rest(key, refused);
      throw refused;
    }
  }

  private void publish(StoreKey key, Step check) throws FileFailure {
    Live known = live.get(key);
    if (known == null) {
      publishRecorded(key, check);
    } else if (known.openAs() == null) {
      publish(known.draft(), check);
    } else {
      throw new FileFailure(Kind.BUSY, "another session goes on with this upload");
    }
  }

  private void publishRecorded(StoreKey key, Step check) throws FileFailure {
    Upload upload =
        services
            .records()
            .find(key)
            .orElseThrow(() -> new FileFailure(Kind.NOT_FOUND, "no such upload"));
    switch (aftermath.of(upload)) {
      case OPEN -> publish(asleep(upload), check);
      case COMPLETE -> {}
      case LOST ->
          throw new FileFailure(
              Kind.STORE_ERROR, "the store lost what it had of the upload; begin it anew");
    }
  }

  private void publish(Draft draft, Step check) throws FileFailure {
    try {
      draft.complete(check);
    } catch (FileFailure failed) {
      keep(draft, failed);
      throw failed;
    } finally {
      forget(draft);
    }
  }

  /** One that nobody has open, and that was not even tried. */
  private void rest(StoreKey key, FileFailure why) {
    Live known = live.get(key);
    if (known != null && known.openAs() == null) {
      keep(known.draft(), why);
      forget(known.draft());
    }
  }

  private static void keep(Draft draft, FileFailure why) {
    try {
      draft.preserve();
    } catch (FileFailure unkept) {
      why.addSuppressed(unkept);
    }
  }

  /** Gives up an upload; empty if there is none. */
  Optional<FileAttributes> remove(StoreKey key) throws FileFailure {
    Optional<Draft> draft = draft(key);
    if (draft.isPresent()) {
      draft.get().discard();
      forget(draft.get());
    }
    return draft.map(Draft::attributes);
  }

  /** Whether there was an upload, whose attributes are changed now. */
  boolean setAttributes(StoreKey key, AttributeChange change) throws FileFailure {
    Optional<Draft> draft = draft(key);
    if (draft.isPresent()) {
      draft.get().setAttributes(change);
    }
    return draft.isPresent();
  }

  /** Whether a name is somebody's who has not closed yet. */
  boolean isClaimed(StoreKey key) throws FileFailure {
    return plain.stream().anyMatch(draft -> draft.keeps() && draft.key().equals(key))
        || find(key).isPresent();
  }

  Optional<FileAttributes> find(StoreKey key) throws FileFailure {
    Live known = live.get(key);
    return known != null
        ? Optional.of(known.draft().attributes())
        : recorded(key).map(Uploads::attributes);
  }

  /** An upload that somebody in this process works at. */
  Optional<FileAttributes> findLive(StoreKey key) {
    return Optional.ofNullable(live.get(key)).map(known -> known.draft().attributes());
  }

  private static FileAttributes attributes(Upload upload) {
    return Draft.attributes(upload.id(), upload.sizeBytes(), upload.mode(), upload.times());
  }

  /** Uploads whose names lie in a directory. */
  List<Listing.Entry> in(StoreKey directory) throws FileFailure {
    List<Listing.Entry> entries = new ArrayList<>();
    Set<UUID> shown = new HashSet<>();
    for (Live known : live.values()) {
      Draft draft = known.draft();
      if (draft.key().parent().equals(directory)) {
        shown.add(draft.id());
        entries.add(new Listing.Entry(new FileName(draft.key().name()), draft.attributes()));
      }
    }
    for (Upload upload : services.records().in(directory)) {
      if (shown.add(upload.id()) && aftermath.isOpen(upload)) {
        entries.add(new Listing.Entry(new FileName(upload.key().name()), attributes(upload)));
      }
    }
    return entries;
  }

  boolean anyBelow(StoreKey directory) throws FileFailure {
    settle(directory);
    return live.keySet().stream().anyMatch(key -> key.startsWith(directory))
        || plain.stream().anyMatch(draft -> draft.key().startsWith(directory))
        || services.records().anyBelow(directory);
  }

  /** Bytes and number of all uploads at or below a key, as far as the server or we have them. */
  Measure measure(StoreKey key) throws FileFailure {
    settle(key);
    List<Draft> working =
        live.values().stream()
            .map(Live::draft)
            .filter(draft -> draft.key().startsWith(key))
            .toList();
    Measure asleep = services.records().measure(key, working.stream().map(Draft::id).toList());
    return new Measure(
        asleep.bytes() + working.stream().mapToLong(Draft::size).sum(),
        asleep.files() + working.size(),
        false);
  }
}
