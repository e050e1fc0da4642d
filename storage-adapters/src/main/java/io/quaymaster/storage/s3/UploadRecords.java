package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.StoreKey;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What outlives a process of one store's uploads that are not complete: the port to the database.
 * Any replica can go on with any of them.
 *
 * <p>Who goes on with an upload takes it over with a new <em>fence</em>; whoever had it before
 * finds its own fence stale and must stop.
 *
 * <p>Every method may fail with {@code LEDGER_UNAVAILABLE}. Threads: any.
 */
public interface UploadRecords {
  /**
   * An upload.
   *
   * @param key the name by which it is known until it is complete
   * @param target where its bytes will lie
   * @param uploadId the multipart upload on the server; null: none was begun
   * @param fence raised with each take-over
   * @param sizeBytes how much of it is kept: recorded parts from the first on without a gap, and
   *     the tail
   * @param completing it was about to be completed once, so it may be complete: only the object
   *     tells, see {@link MadeBy}
   */
  record Upload(
      UUID id,
      StoreKey key,
      StoreKey target,
      @Nullable String uploadId,
      long fence,
      int mode,
      @Nullable Times times,
      long sizeBytes,
      boolean completing,
      Instant changedAt) {}

  /**
   * A part that the server has.
   *
   * @param number from 1
   * @param checksum as the server must be told it again; null: none was sent
   */
  record Part(int number, long sizeBytes, String eTag, @Nullable String checksum) {}

  /** Bytes behind an upload's parts, too few for one, which are to be kept. */
  interface Tail {
    long length();

    /** From the first one on. May be asked for again, while the call lasts that was given them. */
    InputStream stream();
  }

  /**
   * All of an upload but the bytes behind its parts: {@link #readTail} has them.
   *
   * @param parts in their order
   * @param tailBytes how many bytes are kept behind the parts
   */
  record Saved(Upload upload, List<Part> parts, int tailBytes) {}

  /** The upload that is known by a name. */
  Optional<Upload> find(StoreKey key) throws FileFailure;

  /** Uploads whose keys lie directly in a directory, in the order of their keys' bytes. */
  List<Upload> in(StoreKey directory) throws FileFailure;

  /** Whether any upload's key lies below a directory, at any depth. */
  boolean anyBelow(StoreKey directory) throws FileFailure;

  /** Uploads at or below a key that were about to be completed. */
  List<Upload> unsettled(StoreKey key) throws FileFailure;

  /** The kept bytes and the number of all uploads at or below a key, but for some. */
  Measure measure(StoreKey key, List<UUID> except) throws FileFailure;

  /**
   * Records a new upload, with fence 0 and nothing kept.
   *
   * @param completing whether somebody has tried to complete it before it was recorded
   * @return false if the key has one already
   */
  boolean begin(
      UUID id,
      StoreKey key,
      StoreKey target,
      @Nullable String uploadId,
      int mode,
      @Nullable Times times,
      boolean completing)
      throws FileFailure;

  /**
   * Notes the multipart upload of one that was recorded without, or that its own is given up. What
   * is kept stays.
   *
   * @param uploadId null: there is none any more
   * @return false if the fence is stale or the upload gone
   */
  boolean started(UUID id, long fence, @Nullable String uploadId) throws FileFailure;

  /**
   * Nothing is kept any more: no parts, no tail, no multipart upload, and none that was about to be
   * completed.
   *
   * @return false if the fence is stale or the upload gone
   */
  boolean restart(UUID id, long fence) throws FileFailure;

  /**
   * Records a part that the server has. A part of this number is replaced.
   *
   * @param withTail the part begins with the recorded tail, which is dropped in the same breath
   * @return false if the fence is stale or the upload gone
   */
  boolean addPart(UUID id, long fence, Part part, boolean withTail) throws FileFailure;

  /**
   * Keeps the bytes behind the parts, without holding all of them at once; drops parts from {@code
   * parts + 1} on.
   *
   * @param parts how many parts the upload has by now
   * @return false if the fence is stale or the upload gone
   */
  boolean keep(UUID id, long fence, int parts, Tail tail, int mode, @Nullable Times times)
      throws FileFailure;

  /**
   * Says that the upload is about to be completed.
   *
   * @return false if the fence is stale or the upload gone
   */
  boolean completing(UUID id, long fence) throws FileFailure;

  /**
   * Makes an upload this caller's own: all of it, with a fence that is new. What was about to be
   * completed stays so.
   */
  Optional<Saved> takeOver(StoreKey key) throws FileFailure;

  /**
   * Fills a buffer with kept bytes.
   *
   * @param offset so that there are enough behind it
   * @return false if the fence is stale or the upload gone
   */
  boolean readTail(UUID id, long fence, int offset, ByteBuffer into) throws FileFailure;

  /**
   * Forgets an upload that is over.
   *
   * @return false if the fence is stale or the upload gone
   */
  boolean end(UUID id, long fence) throws FileFailure;

  /** Forgets an upload that is given up, whoever has it. Nothing happens if it is gone. */
  void remove(UUID id) throws FileFailure;

  /** Uploads that nobody has changed for so long, oldest first, at most {@code limit}. */
  List<Upload> unchangedFor(Duration age, int limit) throws FileFailure;

  /** Those of these multipart uploads that a record knows. */
  List<String> known(List<String> uploadIds) throws FileFailure;
}
