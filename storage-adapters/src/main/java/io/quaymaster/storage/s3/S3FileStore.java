package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.Listing;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.time.Duration;

/** The FileStore port in a bucket. */
public final class S3FileStore implements FileStore {
  private static FileFailure no() {
    return new FileFailure(Kind.UNSUPPORTED, "not here");
  }

  /** Aborts multipart uploads that no record knows; returns how many. */
  public int sweep(Duration orphanAge) throws FileFailure {
    return 0;
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(false, false, false, false);
  }

  @Override
  public OpenFile open(StoreKey key, Access access) throws FileFailure {
    throw no();
  }

  @Override
  public OpenFile create(StoreKey key, Access access, int mode) throws FileFailure {
    throw no();
  }

  @Override
  public FileAttributes attributes(StoreKey key) throws FileFailure {
    throw no();
  }

  @Override
  public void setAttributes(StoreKey key, AttributeChange change) throws FileFailure {
    throw no();
  }

  @Override
  public Listing list(StoreKey key) throws FileFailure {
    throw no();
  }

  @Override
  public void makeDirectory(StoreKey key, int mode) throws FileFailure {
    throw no();
  }

  @Override
  public void removeDirectory(StoreKey key) throws FileFailure {
    throw no();
  }

  @Override
  public FileAttributes remove(StoreKey key) throws FileFailure {
    throw no();
  }

  @Override
  public void rename(StoreKey from, StoreKey to, boolean replace) throws FileFailure {
    throw no();
  }

  @Override
  public void hardLink(StoreKey existing, StoreKey name) throws FileFailure {
    throw no();
  }

  @Override
  public void symbolicLink(StoreKey name, String target) throws FileFailure {
    throw no();
  }

  @Override
  public String readLink(StoreKey key) throws FileFailure {
    throw no();
  }

  @Override
  public Measure measure(StoreKey key) throws FileFailure {
    throw no();
  }

  @Override
  public Space space() throws FileFailure {
    throw no();
  }

  @Override
  public void close() {}
}
