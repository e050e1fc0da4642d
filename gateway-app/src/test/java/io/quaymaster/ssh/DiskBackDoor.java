package io.quaymaster.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Stores in a folder. */
record DiskBackDoor(Path folder) implements BackDoor {
  @Override
  public Kind kind() {
    return Kind.DISK;
  }

  @Override
  public void makeStore(JdbcClient jdbc, long tenantId, String tenant, String name) {
    String path = tenant + "/" + name;
    try {
      Files.createDirectories(folder.resolve(path));
    } catch (IOException full) {
      throw new IllegalStateException(full);
    }
    jdbc.sql(
            "insert into store (tenant_id, name, type, path, created_at, version)"
                + " values (?, ?, 'local', ?, now(), 0) on conflict do nothing")
        .params(tenantId, name, path)
        .update();
  }

  @Override
  public void write(String place, byte[] content) {
    try {
      Path file = folder.resolve(place);
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.write(file, content);
    } catch (IOException full) {
      throw new IllegalStateException(full);
    }
  }

  @Override
  public byte[] read(String place) {
    try {
      return Files.readAllBytes(folder.resolve(place));
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    }
  }
}
