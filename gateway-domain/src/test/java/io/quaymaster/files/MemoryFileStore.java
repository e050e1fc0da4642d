package io.quaymaster.files;

import static io.quaymaster.files.FileFailure.Kind.BUSY;
import static io.quaymaster.files.FileFailure.Kind.DIRECTORY_NOT_EMPTY;
import static io.quaymaster.files.FileFailure.Kind.EXISTS;
import static io.quaymaster.files.FileFailure.Kind.INVALID_ARGUMENT;
import static io.quaymaster.files.FileFailure.Kind.INVALID_HANDLE;
import static io.quaymaster.files.FileFailure.Kind.IS_A_DIRECTORY;
import static io.quaymaster.files.FileFailure.Kind.LINK_ON_PATH;
import static io.quaymaster.files.FileFailure.Kind.NAME_TOO_LONG;
import static io.quaymaster.files.FileFailure.Kind.NOT_A_DIRECTORY;
import static io.quaymaster.files.FileFailure.Kind.NOT_FOUND;
import static io.quaymaster.files.FileFailure.Kind.NOT_PERMITTED;
import static io.quaymaster.files.FileFailure.Kind.SPECIAL_FILE;
import static io.quaymaster.files.FileFailure.Kind.UNSUPPORTED;

import io.quaymaster.files.FileFailure.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The model of a {@link FileStore}: all in memory, exact, and it passes {@link FileStoreContract}.
 * It can lack what other stores lack (its {@link FileStore.Capabilities}) and fail when a test
 * tells it to. Any number of threads; one lock.
 */
public final class MemoryFileStore implements FileStore {
  public static final Capabilities EVERYTHING = new Capabilities(true, true, true, true);

  /** As a bucket is: no links, and files are written from their beginning to their end. */
  public static final Capabilities UPLOADS = new Capabilities(false, false, true, false);

  private final Capabilities capabilities;
  private final MemoryNode.Directory root;
  private final MemoryFaults faults = new MemoryFaults();
  private final MemoryUploads uploads = new MemoryUploads(this);
  private long lastNumber = 1;
  private long heldBytes;
  private int openFiles;
  private boolean closed;

  public MemoryFileStore() {
    this(EVERYTHING);
  }

  public MemoryFileStore(Capabilities capabilities) {
    this.capabilities = capabilities;
    this.root = new MemoryNode.Directory(lastNumber, 0755, now());
  }

  /** What goes wrong from now on. */
  public MemoryFaults faults() {
    return faults;
  }

  /** Files that were opened and not closed. */
  public synchronized int openFiles() {
    return openFiles;
  }

  /** Bytes of all files, also of those that have no name any more but are open. */
  public synchronized long heldBytes() {
    return heldBytes;
  }

  /** Puts a special file where no client could. */
  public synchronized void plantSpecial(StoreKey key) throws FileFailure {
    free(key);
    put(key, new MemoryNode.Special(nextNumber(), now()));
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public synchronized OpenFile open(StoreKey key, Access access) throws FileFailure {
    MemoryNode node = find(key);
    return switch (node) {
      case MemoryNode.File file ->
          capabilities.writesAnywhere()
              ? opened(file, new MemoryOpenFile(this, file, access))
              : uploads.open(key, file, access);
      case MemoryNode.Directory _ -> throw new FileFailure(IS_A_DIRECTORY, "is a directory");
      case MemoryNode.Link _ -> throw new FileFailure(LINK_ON_PATH, "is a symbolic link");
      case MemoryNode.Special _ -> throw new FileFailure(SPECIAL_FILE, "is no regular file");
    };
  }

  @Override
  public synchronized OpenFile create(StoreKey key, Access access, int mode) throws FileFailure {
    if (!capabilities.writesAnywhere()) {
      return uploads.create(key, access, mode);
    }
    free(key);
    MemoryNode.File file = new MemoryNode.File(nextNumber(), mode, now());
    put(key, file);
    return opened(file, new MemoryOpenFile(this, file, access));
  }

  @Override
  public synchronized OpenFile createAside(StoreKey aside, StoreKey target, Access access, int mode)
      throws FileFailure {
    return capabilities.writesAnywhere()
        ? create(aside, access, mode)
        : uploads.createAside(aside, target, access, mode);
  }

  @Override
  public synchronized void publish(StoreKey aside, StoreKey target) throws FileFailure {
    if (capabilities.writesAnywhere()) {
      rename(aside, target, true);
    } else {
      uploads.publish(aside, target);
    }
  }

  @Override
  public synchronized FileAttributes attributes(StoreKey key) throws FileFailure {
    return find(key).attributes();
  }

  @Override
  public synchronized void setAttributes(StoreKey key, AttributeChange change) throws FileFailure {
    change(find(key), change);
  }

  void change(MemoryNode node, AttributeChange change) throws FileFailure {
    Integer mode = change.mode();
    if (mode != null) {
      node.mode = (mode & 0777) | ownersBits(node);
    }
    AttributeChange.Times times = change.times();
    if (times != null) {
      node.accessedSeconds = times.accessedSeconds();
      node.modifiedSeconds = times.modifiedSeconds();
    }
  }

  private static int ownersBits(MemoryNode node) throws FileFailure {
    return switch (node) {
      case MemoryNode.Link _ -> throw new FileFailure(UNSUPPORTED, "a link has no mode");
      case MemoryNode.Special _ -> throw new FileFailure(SPECIAL_FILE, "is no regular file");
      case MemoryNode.File _ -> 0600;
      case MemoryNode.Directory _ -> 0700;
    };
  }

  @Override
  public synchronized Listing list(StoreKey key) throws FileFailure {
    if (find(key) instanceof MemoryNode.Link) {
      throw new FileFailure(LINK_ON_PATH, "is a symbolic link");
    }
    return new MemoryListing(this, directory(key));
  }

  @Override
  public synchronized void makeDirectory(StoreKey key, int mode) throws FileFailure {
    free(key);
    put(key, new MemoryNode.Directory(nextNumber(), mode, now()));
  }

  @Override
  public synchronized void removeDirectory(StoreKey key) throws FileFailure {
    notRoot(key);
    if (!(find(key) instanceof MemoryNode.Directory directory)) {
      throw new FileFailure(NOT_A_DIRECTORY, "is not a directory");
    }
    empty(directory);
    take(key);
  }

  @Override
  public synchronized FileAttributes remove(StoreKey key) throws FileFailure {
    MemoryNode node = find(key);
    if (node instanceof MemoryNode.Directory) {
      throw new FileFailure(IS_A_DIRECTORY, "is a directory");
    }
    take(key);
    unlinked(node);
    return node.attributes();
  }

  @Override
  public synchronized void rename(StoreKey from, StoreKey to, boolean replace) throws FileFailure {
    notRoot(from);
    notRoot(to);
    MemoryNode node = find(from);
    MemoryNode target = directory(to.parent()).entries.get(to.name());
    if (target != null && !replace) {
      throw new FileFailure(EXISTS, "the new name exists");
    }
    if (to.startsWith(from) && !to.equals(from)) {
      throw new FileFailure(INVALID_ARGUMENT, "a directory cannot be moved into itself");
    }
    if (target == node) {
      return;
    }
    if (MemoryUploads.goOnIn(node)) {
      throw new FileFailure(BUSY, "files in the directory are being uploaded");
    }
    if (target != null) {
      givesWay(from, to, node, target);
    }
    take(from);
    put(to, node);
  }

  private void givesWay(StoreKey from, StoreKey to, MemoryNode node, MemoryNode target)
      throws FileFailure {
    if (from.startsWith(to)) {
      throw new FileFailure(DIRECTORY_NOT_EMPTY, "the directory is not empty");
    }
    if (target instanceof MemoryNode.Directory directory) {
      if (!(node instanceof MemoryNode.Directory)) {
        throw new FileFailure(IS_A_DIRECTORY, "the new name is a directory");
      }
      empty(directory);
    } else if (node instanceof MemoryNode.Directory) {
      throw new FileFailure(NOT_A_DIRECTORY, "the new name is not a directory");
    }
    take(to);
    unlinked(target);
  }

  @Override
  public synchronized void hardLink(StoreKey existing, StoreKey name) throws FileFailure {
    needs(capabilities.hardLinks(), "hard links");
    MemoryNode node = find(existing);
    free(name);
    if (node instanceof MemoryNode.Directory) {
      throw new FileFailure(NOT_PERMITTED, "a directory has one name");
    }
    put(name, node);
    node.links++;
  }

  @Override
  public synchronized void symbolicLink(StoreKey name, String target) throws FileFailure {
    needs(capabilities.symbolicLinks(), "symbolic links");
    free(name);
    if (target.isEmpty() || target.indexOf('\0') >= 0) {
      throw new FileFailure(INVALID_ARGUMENT, "not the target of a link");
    }
    if (target.length() > VirtualPath.MAX_BYTES) {
      throw new FileFailure(NAME_TOO_LONG, "the link's target is too long");
    }
    put(name, new MemoryNode.Link(nextNumber(), target, now()));
  }

  @Override
  public synchronized String readLink(StoreKey key) throws FileFailure {
    if (find(key) instanceof MemoryNode.Link link) {
      return link.target;
    }
    throw new FileFailure(INVALID_ARGUMENT, "is not a symbolic link");
  }

  @Override
  public synchronized Measure measure(StoreKey key) throws FileFailure {
    MemoryNode start;
    try {
      start = find(key);
    } catch (FileFailure failure) {
      if (failure.kind() == NOT_FOUND) {
        return new Measure(0, 0, false);
      }
      throw failure;
    }
    return MemoryNode.measure(start);
  }

  @Override
  public synchronized Space space() throws FileFailure {
    notClosed();
    long capacity = faults.capacityBytes();
    return new Space(
        capacity, Math.max(0, capacity - heldBytes), 1L << 32, (1L << 32) - lastNumber);
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  // What open files and listings need; all under the store's lock.

  static long now() {
    return System.currentTimeMillis() / 1000;
  }

  void grew(long bytes) {
    heldBytes += bytes;
  }

  void closed(MemoryNode.File file) {
    file.openHandles--;
    openFiles--;
    freeIfGone(file);
  }

  long nextNumber() {
    return ++lastNumber;
  }

  OpenFile opened(MemoryNode.File file, OpenFile handle) {
    file.openHandles++;
    openFiles++;
    return handle;
  }

  void unlinked(MemoryNode node) {
    node.links--;
    if (node instanceof MemoryNode.File file) {
      freeIfGone(file);
    }
  }

  private void freeIfGone(MemoryNode.File file) {
    if (file.links == 0 && file.openHandles == 0) {
      heldBytes -= file.sizeBytes();
    }
  }

  private void notClosed() throws FileFailure {
    if (closed) {
      throw new FileFailure(INVALID_HANDLE, "the store is closed");
    }
  }

  private static void notRoot(StoreKey key) throws FileFailure {
    if (key.isRoot()) {
      throw new FileFailure(BUSY, "the root of a store stays");
    }
  }

  private static void needs(boolean capability, String what) throws FileFailure {
    if (!capability) {
      throw new FileFailure(UNSUPPORTED, "this store has no " + what);
    }
  }

  private static void empty(MemoryNode.Directory directory) throws FileFailure {
    if (!directory.entries.isEmpty()) {
      throw new FileFailure(DIRECTORY_NOT_EMPTY, "the directory is not empty");
    }
  }

  void free(StoreKey key) throws FileFailure {
    notClosed();
    if (key.isRoot() || directory(key.parent()).entries.containsKey(key.name())) {
      throw new FileFailure(EXISTS, "the name exists");
    }
  }

  void put(StoreKey key, MemoryNode node) throws FileFailure {
    MemoryNode.Directory parent = directory(key.parent());
    parent.entries.put(key.name(), node);
    if (!capabilities.writesAnywhere()) {
      uploads.named(key, node);
    }
    parent.modifiedSeconds = now();
  }

  private void take(StoreKey key) throws FileFailure {
    MemoryNode.Directory parent = directory(key.parent());
    parent.entries.remove(key.name());
    parent.modifiedSeconds = now();
  }

  MemoryNode find(StoreKey key) throws FileFailure {
    notClosed();
    return found(key.isRoot() ? root : directory(key.parent()).entries.get(key.name()));
  }

  MemoryNode.Directory directory(StoreKey key) throws FileFailure {
    MemoryNode.Directory at = root;
    for (String name : key.isRoot() ? new String[0] : key.byteText().split("/", -1)) {
      MemoryNode next = found(at.entries.get(name));
      if (next instanceof MemoryNode.Link) {
        throw new FileFailure(LINK_ON_PATH, "a part of the path is a symbolic link");
      }
      if (!(next instanceof MemoryNode.Directory directory)) {
        throw new FileFailure(NOT_A_DIRECTORY, "a part of the path is not a directory");
      }
      at = directory;
    }
    return at;
  }

  private static MemoryNode found(@Nullable MemoryNode node) throws FileFailure {
    if (node == null) {
      throw new FileFailure(NOT_FOUND, "no such file");
    }
    return node;
  }

  void failIf(@Nullable Kind kind) throws FileFailure {
    if (kind != null) {
      throw new FileFailure(kind, "told to fail");
    }
  }
}
