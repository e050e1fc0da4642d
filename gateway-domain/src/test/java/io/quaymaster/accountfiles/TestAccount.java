package io.quaymaster.accountfiles;

import io.quaymaster.access.AccessPolicy;
import io.quaymaster.access.AccessPolicy.Rule;
import io.quaymaster.access.Permission;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.PublishMode;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.files.Home;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.StoreKey;
import io.quaymaster.login.Grant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An account of a play: who it is, where its files lie and what it may do. */
public final class TestAccount {
  private final TestCluster cluster;
  private final long id;
  private final String username;
  private final String tenant;
  private final TreeMap<RealPath, Set<Permission>> rules = new TreeMap<>();
  private final List<Home> mounts = new ArrayList<>();
  private Home home;
  private boolean readOnly;
  private @Nullable Integer umask = 022;
  private @Nullable Long maxFileBytes;
  private PublishMode publish = PublishMode.IMMEDIATE;

  /**
   * @param id of its own in the cluster
   */
  TestAccount(TestCluster cluster, long id, String username, String tenant, Home home) {
    this.cluster = cluster;
    this.id = id;
    this.username = username;
    this.tenant = tenant;
    this.home = home;
    rules.put(RealPath.ROOT, Permission.ALL);
  }

  /** The account's {@code /}: a store and a path in it. */
  public TestAccount home(String store, String path) throws Exception {
    home = cluster.home(RealPath.ROOT, tenant, store, path);
    return this;
  }

  public TestAccount mount(String at, String store, String path) throws Exception {
    mounts.add(cluster.home(RealPath.ofUnicode(at), tenant, store, path));
    return this;
  }

  /** What the account may do at a path and below. */
  public TestAccount may(String below, Permission... allowed) {
    rules.put(RealPath.ofUnicode(below), Set.of(allowed));
    return this;
  }

  public TestAccount mayNot(String below, Permission... denied) {
    Set<Permission> left = new HashSet<>(Permission.ALL);
    left.removeAll(Set.of(denied));
    rules.put(RealPath.ofUnicode(below), left);
    return this;
  }

  public TestAccount readOnly() {
    readOnly = true;
    return this;
  }

  /** Null: the process's own. */
  public TestAccount umask(@Nullable Integer bits) {
    umask = bits;
    return this;
  }

  public TestAccount maxFileBytes(long bytes) {
    maxFileBytes = bytes;
    return this;
  }

  /** Others see its uploads only when they are complete. */
  public TestAccount publishesOnClose() {
    publish = PublishMode.ON_CLOSE;
    return this;
  }

  /** Limits of the home's place; null: none. */
  public TestAccount limits(@Nullable Long bytes, @Nullable Long files) {
    cluster.limit(home.storeId(), home.root(), bytes, files);
    return this;
  }

  /** Used and reserved in the home's place, as the database says. */
  public TestCluster.Usage usage() {
    return cluster.usage(home.storeId(), home.root());
  }

  long tenantId() {
    return cluster.tenant(tenant);
  }

  long storeId() {
    return home.storeId();
  }

  StoreKey root() {
    return home.root();
  }

  Grant grant(long tenantId) {
    List<Rule> all =
        rules.entrySet().stream().map(r -> new Rule(r.getKey(), r.getValue())).toList();
    return new Grant(
        UUID.randomUUID().toString(),
        tenantId,
        tenant,
        id,
        username,
        home,
        mounts,
        new AccessPolicy(all, readOnly),
        new SftpSettings(readOnly, umask, RealPath.ROOT, null, Set.of()),
        Set.of(Protocol.values()),
        publish,
        new Grant.Limits(maxFileBytes, null, null, null, null),
        new Grant.CredentialUsed.Password(),
        "203.0.113.7",
        Instant.now());
  }
}
