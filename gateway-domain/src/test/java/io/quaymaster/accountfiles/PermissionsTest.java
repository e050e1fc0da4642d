package io.quaymaster.accountfiles;

import static io.quaymaster.access.Permission.CREATE;
import static io.quaymaster.access.Permission.DELETE;
import static io.quaymaster.access.Permission.LINK;
import static io.quaymaster.access.Permission.LIST;
import static io.quaymaster.access.Permission.MKDIR;
import static io.quaymaster.access.Permission.READ;
import static io.quaymaster.access.Permission.RENAME;
import static io.quaymaster.access.Permission.RMDIR;
import static io.quaymaster.access.Permission.SETATTR;
import static io.quaymaster.access.Permission.WRITE;
import static io.quaymaster.files.FileFailure.Kind.NOT_PERMITTED;
import static io.quaymaster.files.FileFailure.Kind.READ_ONLY;
import static io.quaymaster.files.FileFailure.Kind.SPECIAL_FILE;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.access.Permission;
import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.StoreKey;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each permission is for: without it exactly these operations are refused. */
class PermissionsTest {
  private static final AttributeChange CHMOD = new AttributeChange(0600, null);

  private static TestCluster cluster;
  private static TestProcess process;
  private static int accounts;

  @BeforeAll
  static void start() throws Exception {
    cluster = TestCluster.open();
    process = cluster.process();
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.isExact();
    cluster.close();
  }

  /** Something a client does. */
  @FunctionalInterface
  private interface Deed {
    void by(Actor actor) throws FileFailure;
  }

  private record Case(Set<Permission> needs, Deed deed) {}

  /** Every operation, and without which permissions it is refused. */
  private static Map<String, Case> deeds() {
    Map<String, Case> deeds = new LinkedHashMap<>();
    deeds.put("list", new Case(Set.of(LIST), a -> a.list("/d")));
    deeds.put("read a link", new Case(Set.of(LIST), a -> a.readlink("/l")));
    deeds.put("download", new Case(Set.of(READ), a -> a.get("/f")));
    deeds.put("download through a link", new Case(Set.of(READ), a -> a.get("/l")));
    deeds.put("upload new", new Case(Set.of(CREATE), a -> a.put("/new", "x")));
    deeds.put("upload over", new Case(Set.of(WRITE), a -> a.put("/f", "x")));
    deeds.put("append", new Case(Set.of(WRITE), a -> a.append("/f", "x")));
    deeds.put("truncate", new Case(Set.of(WRITE), a -> a.truncate("/f", 0)));
    deeds.put("edit", new Case(Set.of(READ, WRITE), a -> a.edit("/f").close()));
    deeds.put("remove", new Case(Set.of(DELETE), a -> a.rm("/f2")));
    deeds.put("rename", new Case(Set.of(RENAME), a -> a.rename("/f3", "/f4")));
    deeds.put("rename over", new Case(Set.of(RENAME, WRITE), a -> a.mv("/f5", "/f6")));
    deeds.put("make a directory", new Case(Set.of(MKDIR), a -> a.mkdir("/made")));
    deeds.put("remove a directory", new Case(Set.of(RMDIR), a -> a.rmdir("/empty")));
    deeds.put("make a symbolic link", new Case(Set.of(LINK), a -> a.symlink("f", "/l2")));
    deeds.put("make a hard link", new Case(Set.of(LINK), a -> a.ln("/f", "/f7")));
    deeds.put(
        "change attributes",
        new Case(Set.of(SETATTR), a -> a.files().setAttributes(Actor.path("/f"), CHMOD, true)));
    deeds.put(
        "change attributes of a handle",
        new Case(
            Set.of(SETATTR, READ),
            a -> {
              AccountFile file = a.open("/f", OpenRequest.READ);
              try {
                file.setAttributes(CHMOD);
              } finally {
                file.close();
              }
            }));
    return deeds;
  }

  private static String prepared() throws Exception {
    String login = "account" + accounts++ + "@acme";
    cluster.account(login);
    Actor owner = process.as(login).mkdir("/d").mkdir("/empty").put("/f", "x").symlink("f", "/l");
    for (int i : new int[] {2, 3, 5, 6}) {
      owner.put("/f" + i, "x");
    }
    return login;
  }

  @ParameterizedTest
  @EnumSource(Permission.class)
  void withoutAPermissionExactlyWhatNeedsItIsRefused(Permission missing) throws Exception {
    String login = prepared();
    cluster.account(login).mayNot("/", missing);
    Actor actor = process.as(login);
    for (Map.Entry<String, Case> deed : deeds().entrySet()) {
      if (deed.getValue().needs().contains(missing)) {
        fails(() -> deed.getValue().deed().by(actor), NOT_PERMITTED);
      } else {
        deed.getValue().deed().by(actor);
      }
    }
  }

  @Test
  void aReadOnlyAccountOnlyReads() throws Exception {
    String login = prepared();
    cluster.account(login).readOnly();
    Actor actor = process.as(login);
    Set<Permission> reading = EnumSet.of(LIST, READ);
    for (Map.Entry<String, Case> deed : deeds().entrySet()) {
      if (reading.containsAll(deed.getValue().needs())) {
        deed.getValue().deed().by(actor);
      } else {
        fails(() -> deed.getValue().deed().by(actor), READ_ONLY);
      }
    }
  }

  @Test
  void aDropBoxTakesAndNeverTells() throws Exception {
    String login = prepared();
    cluster.account(login).may("/", CREATE);
    Actor actor = process.as(login).put("/dropped", "text");
    AccountFile file = actor.open("/second", OpenRequest.replace(0600));
    file.write(0, ByteBuffer.allocate(10));
    file.setSize(5);
    file.close();
    fails(() -> actor.put("/dropped", "again"), NOT_PERMITTED);
    fails(() -> actor.append("/dropped", "more"), NOT_PERMITTED);
    fails(() -> actor.get("/dropped"), NOT_PERMITTED);
    fails(() -> actor.stat("/dropped"), NOT_PERMITTED);
    fails(() -> actor.list("/"), NOT_PERMITTED);
    fails(() -> actor.rm("/dropped"), NOT_PERMITTED);
    fails(() -> actor.edit("/third"), NOT_PERMITTED);
  }

  @Test
  void theUmaskIsTheAccountsOrTheProcesss() throws Exception {
    String login = prepared();
    cluster.account(login).umask(077);
    Actor own = process.as(login).put("/own", "").mkdir("/owndir");
    assertThat(own.stat("/own").mode()).isEqualTo(0600);
    assertThat(own.stat("/owndir").mode()).isEqualTo(0700);
    cluster.account(login).umask(null);
    Actor common = process.as(login).put("/common", "").mkdir("/commondir");
    assertThat(common.stat("/common").mode()).isEqualTo(0640);
    assertThat(common.stat("/commondir").mode()).isEqualTo(0750);
    AccountFile exact = common.open("/exact", OpenRequest.replace(0777));
    exact.close();
    assertThat(common.stat("/exact").mode()).isEqualTo(0750);
  }

  @Test
  void specialFilesAreNeverOpened() throws Exception {
    String login = prepared();
    String home = login.substring(0, login.indexOf('@'));
    cluster.memoryStore("main", "acme").plantSpecial(StoreKey.ofPlace(home + "/pipe"));
    Actor actor = process.as(login);
    fails(() -> actor.get("/pipe"), SPECIAL_FILE);
    fails(() -> actor.put("/pipe", "x"), SPECIAL_FILE);
    fails(() -> actor.truncate("/pipe", 0), SPECIAL_FILE);
    assertThat(actor.list("/")).contains("pipe");
    cluster.memoryStore("main", "acme").remove(StoreKey.ofPlace(home + "/pipe"));
  }
}
