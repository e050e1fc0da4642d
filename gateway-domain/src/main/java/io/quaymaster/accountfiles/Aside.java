package io.quaymaster.accountfiles;

import io.quaymaster.accountfiles.NameLocks.Held;
import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.quota.SharedFile;
import org.jspecify.annotations.Nullable;

/** An open upload that stands beside the file whose name it will get. */
record Aside(AccountFilesEngine engine, Renamer renamer, Spot partial, Spot target) {
  /**
   * Gives the closed upload its target's name. Where two sessions of one account may write one
   * partial, the first to close it publishes it for both.
   */
  void publish(SharedFile counted) throws FileFailure {
    long bytes = bytesIfOurs(counted);
    try {
      renamer.replace(partial, target, replaced -> lay(counted, bytes, replaced));
    } catch (FileFailure gone) {
      if (gone.kind() != Kind.NOT_FOUND || isUpload()) {
        throw gone;
      }
    }
  }

  /** What has the partial's name by now may be another's, who has not published it yet. */
  private long bytesIfOurs(SharedFile counted) throws FileFailure {
    counted.lock().lock();
    try {
      if (isUpload() && (counted.isSuperseded() || counted.isNameless())) {
        throw new FileFailure(Kind.BUSY, "another session went on with this upload, or removed it");
      }
      return counted.size();
    } finally {
      counted.lock().unlock();
    }
  }

  /** Both names, for the caller alone. */
  Held names() {
    return engine.names(partial.part().home().storeId()).names(partial.key(), target.key());
  }

  private void lay(SharedFile counted, long bytes, @Nullable FileAttributes replaced)
      throws FileFailure {
    try {
      store().publish(partial.key(), target.key());
    } catch (FileFailure unclear) {
      if (unclear.kind() != Kind.STORE_ERROR || !isUpload() || !isLaid(bytes, replaced)) {
        throw unclear;
      }
    }
    if (isUpload()) {
      engine.sharedFiles.forget(counted);
    }
  }

  /**
   * A store that was not heard may have done it all the same: the upload is gone, and its name has
   * another file than before, of that length.
   */
  private boolean isLaid(long bytes, @Nullable FileAttributes replaced) {
    try {
      if (Renamer.attributesIfThere(partial) != null) {
        return false;
      }
      FileAttributes now = Renamer.attributesIfThere(target);
      return now != null && !now.equals(replaced) && now.sizeBytes() == bytes;
    } catch (FileFailure unknown) {
      return false;
    }
  }

  /**
   * After something went wrong: counts what the store says that it has by the partial's name. A
   * store that keeps every write has what the handle said. If the store does not answer, what was
   * counted last stays.
   */
  void recount(SharedFile counted) {
    counted.lock().lock();
    try {
      if (isUpload() && !counted.isSuperseded()) {
        counted.settle(partial.attributes());
      }
    } catch (FileFailure unknown) {
      if (unknown.kind() == Kind.NOT_FOUND && counted.loseLastName()) {
        engine.ledger.free(counted.chain(), 0, 1);
      }
    } finally {
      counted.lock().unlock();
    }
  }

  private FileStore store() {
    return partial.store();
  }

  private boolean isUpload() {
    return !store().capabilities().writesAnywhere();
  }
}
