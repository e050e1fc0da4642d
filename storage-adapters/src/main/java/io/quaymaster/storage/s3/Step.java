package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;

/** Something to do, or to look at. */
@FunctionalInterface
interface Step {
  /** For where nothing need be done. */
  Step NONE = () -> {};

  void run() throws FileFailure;
}
