package io.quaymaster.accountfiles;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.VirtualPath;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A session of an account that does things with its files. As many threads as one session has. */
public final class Actor implements AutoCloseable {
  private static final OpenRequest APPEND =
      new OpenRequest(false, true, true, true, false, false, null);
  private static final OpenRequest EDIT =
      new OpenRequest(true, true, false, true, false, false, null);

  private final AccountFiles files;

  Actor(AccountFiles files) {
    this.files = files;
  }

  public AccountFiles files() {
    return files;
  }

  /** A client's path: relative ones start at the account's {@code /}. */
  public static VirtualPath path(String path) throws FileFailure {
    return VirtualPath.parse(path, RealPath.ROOT);
  }

  /** Uploads, as {@code put} of sftp does: a new file, or an old one emptied. */
  public Actor put(String path, String text) throws FileFailure {
    return put(path, text.getBytes(ISO_8859_1));
  }

  public Actor put(String path, byte[] bytes) throws FileFailure {
    return write(files.open(path(path), OpenRequest.replace(0666)), 0, bytes);
  }

  /** A file of so many zero bytes. */
  public Actor put(String path, int size) throws FileFailure {
    return put(path, new byte[size]);
  }

  public Actor append(String path, String text) throws FileFailure {
    return write(files.open(path(path), APPEND), 0, text.getBytes(ISO_8859_1));
  }

  private Actor write(AccountFile file, long offset, byte[] bytes) throws FileFailure {
    try {
      file.write(offset, ByteBuffer.wrap(bytes));
    } finally {
      file.close();
    }
    return this;
  }

  /** Opens for reading and writing; made if it is missing. */
  public AccountFile edit(String path) throws FileFailure {
    return files.open(path(path), EDIT);
  }

  public AccountFile open(String path, OpenRequest request) throws FileFailure {
    return files.open(path(path), request);
  }

  public String get(String path) throws FileFailure {
    AccountFile file = files.open(path(path), OpenRequest.READ);
    try {
      return text(file);
    } finally {
      file.close();
    }
  }

  static String text(AccountFile file) throws FileFailure {
    ByteBuffer all = ByteBuffer.allocate((int) file.attributes().sizeBytes());
    file.read(0, all);
    return ByteText.of(all.array());
  }

  public FileAttributes stat(String path) throws FileFailure {
    return files.stat(path(path));
  }

  public FileAttributes lstat(String path) throws FileFailure {
    return files.lstat(path(path));
  }

  /** Names in a directory, without dots, sorted. */
  public List<String> list(String path) throws FileFailure {
    List<String> names = new ArrayList<>();
    try (DirectoryView directory = files.openDirectory(path(path))) {
      for (var entry = directory.next(); entry != null; entry = directory.next()) {
        if (!entry.name().equals(".") && !entry.name().equals("..")) {
          names.add(entry.name());
        }
      }
    }
    return names.stream().sorted().toList();
  }

  public Actor mkdir(String path) throws FileFailure {
    files.makeDirectory(path(path), 0777);
    return this;
  }

  public Actor rmdir(String path) throws FileFailure {
    files.removeDirectory(path(path));
    return this;
  }

  public Actor rm(String path) throws FileFailure {
    files.remove(path(path));
    return this;
  }

  /** As {@code posix-rename}: what is there gives way. */
  public Actor mv(String from, String to) throws FileFailure {
    files.rename(path(from), path(to), true);
    return this;
  }

  public Actor rename(String from, String to) throws FileFailure {
    files.rename(path(from), path(to), false);
    return this;
  }

  public Actor ln(String existing, String name) throws FileFailure {
    files.hardLink(path(existing), path(name));
    return this;
  }

  public Actor symlink(String target, String name) throws FileFailure {
    files.symbolicLink(path(name), target);
    return this;
  }

  public String readlink(String path) throws FileFailure {
    return files.readLink(path(path));
  }

  public Actor truncate(String path, long size) throws FileFailure {
    files.setSize(path(path), size);
    return this;
  }

  public String realpath(String path) throws FileFailure {
    return files.realPath(path(path)).byteText();
  }

  @Override
  public void close() {
    files.close();
  }
}
