package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.accountfiles.AccountFile;
import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.accountfiles.OpenRequest;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.VirtualPath;
import io.quaymaster.login.LoginDoor.NotAdmitted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/** The ways to an account's files: a play is the same through each of them. */
enum Door {
  /** The domain itself, without SSH. */
  ACCOUNT_FILES {
    @Override
    Answer put(TestGateway gateway, TestAccount as, String path, String content) {
      return inside(
          gateway,
          as,
          path,
          OpenRequest.replace(0666),
          file -> {
            file.write(0, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
            return "";
          });
    }

    @Override
    Answer get(TestGateway gateway, TestAccount as, String path) {
      return inside(
          gateway,
          as,
          path,
          OpenRequest.READ,
          file -> {
            ByteBuffer all = ByteBuffer.allocate((int) file.attributes().sizeBytes());
            file.read(0, all);
            return new String(all.array(), StandardCharsets.UTF_8);
          });
    }
  },

  /** The real {@code sftp}. */
  SFTP {
    @Override
    OpenSsh.Result upload(OpenSsh client, String local, String path) {
      return client.sftp("put %s %s".formatted(local, path));
    }

    @Override
    OpenSsh.Result download(OpenSsh client, String path, String local) {
      return client.sftp("get %s %s".formatted(path, local));
    }
  },

  /** The real {@code scp}, which speaks SFTP. */
  SCP {
    @Override
    OpenSsh.Result upload(OpenSsh client, String local, String path) {
      return client.scp(local, "quay:" + path);
    }

    @Override
    OpenSsh.Result download(OpenSsh client, String path, String local) {
      return client.scp("quay:" + path, local);
    }
  },

  /** The real {@code scp} with the protocol that it is named after. */
  OLD_SCP {
    @Override
    OpenSsh.Result upload(OpenSsh client, String local, String path) {
      return client.scp("-O", local, "quay:" + path);
    }

    @Override
    OpenSsh.Result download(OpenSsh client, String path, String local) {
      return client.scp("-O", "quay:" + path, local);
    }
  };

  /**
   * How an attempt ended.
   *
   * @param content what was downloaded
   * @param why empty if all went well; else the kind of the failure
   * @param said what the client's user read
   */
  record Answer(String content, String why, String said) {
    Answer isDone() {
      assertThat(why).as(said).isEmpty();
      return this;
    }

    void isDone(String expected) {
      assertThat(isDone().content()).isEqualTo(expected);
    }

    void isRefused(Kind kind) {
      assertThat(why).as(said).isEqualTo(kind.name());
    }
  }

  /** Something done with an open file. */
  @FunctionalInterface
  private interface Use {
    String of(AccountFile file) throws FileFailure;
  }

  private static Answer inside(
      TestGateway gateway, TestAccount as, String path, OpenRequest request, Use use) {
    try (AccountFiles files = gateway.files(as)) {
      VirtualPath asked = VirtualPath.parse(path, files.grant().sftp().startDirectory());
      AccountFile file = files.open(asked, request);
      String content;
      try {
        content = use.of(file);
      } finally {
        file.close();
      }
      return new Answer(content, "", "");
    } catch (FileFailure failed) {
      return new Answer("", failed.kind().name(), failed.getMessage());
    } catch (NotAdmitted impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  Answer put(TestGateway gateway, TestAccount as, String path, String content) {
    OpenSsh client = as.openSsh();
    client.write("local", content.getBytes(StandardCharsets.UTF_8));
    return told(gateway, as, () -> upload(client, "local", path), client);
  }

  Answer get(TestGateway gateway, TestAccount as, String path) {
    OpenSsh client = as.openSsh();
    return told(gateway, as, () -> download(client, path, "back"), client);
  }

  OpenSsh.Result upload(OpenSsh client, String local, String path) {
    throw new UnsupportedOperationException(name() + " has no client");
  }

  OpenSsh.Result download(OpenSsh client, String path, String local) {
    throw new UnsupportedOperationException(name() + " has no client");
  }

  @FunctionalInterface
  private interface Run {
    OpenSsh.Result run();
  }

  /** What a client shows is poor; the audit log has the code of each denial. */
  private static Answer told(TestGateway gateway, TestAccount as, Run run, OpenSsh client) {
    String username = as.login().substring(0, as.login().lastIndexOf('@'));
    int before = gateway.audit(username).size();
    OpenSsh.Result result = run.run();
    if (result.status() == 0) {
      return new Answer(content(client), "", result.output());
    }
    List<String> codes =
        gateway.audit(username).stream()
            .skip(before)
            .filter(line -> line.contains(" refused "))
            .map(line -> line.substring(line.lastIndexOf(' ') + 1))
            .toList();
    boolean missing =
        result.output().contains("No such file") || result.output().contains("not found");
    String why = missing ? Kind.NOT_FOUND.name() : "not told";
    return new Answer("", codes.isEmpty() ? why : codes.getLast(), result.output());
  }

  private static String content(OpenSsh client) {
    try {
      return Files.exists(client.local("back")) ? Files.readString(client.local("back")) : "";
    } catch (IOException unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }
}
