package io.quaymaster.ssh;

import io.quaymaster.secret.SecretSeal;
import java.nio.file.Path;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The stores of a {@link TestGateway} for somebody who goes past it: makes them, and looks at what
 * lies in them. A place is {@code tenant/store/path}.
 */
interface BackDoor {
  /** Where a gateway's stores lie. */
  enum Kind {
    DISK {
      @Override
      BackDoor open(Path folder, SecretSeal seal) {
        return new DiskBackDoor(folder);
      }
    },
    BUCKET {
      @Override
      BackDoor open(Path folder, SecretSeal seal) {
        return new BucketBackDoor(seal);
      }
    };

    abstract BackDoor open(Path folder, SecretSeal seal);
  }

  Kind kind();

  /** Makes a store of this name, if there is none yet. */
  void makeStore(JdbcClient jdbc, long tenantId, String tenant, String name);

  /** Puts a file where the gateway will find it. */
  void write(String place, byte[] content);

  /**
   * @throws IllegalStateException if there is no such file
   */
  byte[] read(String place);
}
