package io.quaymaster.trail;

import io.quaymaster.audit.chain.Anchors;
import io.quaymaster.audit.chain.ChainReport;
import io.quaymaster.audit.chain.Checkpoint;
import io.quaymaster.audit.chain.ExportVerifier;
import io.quaymaster.audit.chain.Finding;
import io.quaymaster.audit.chain.Verification;
import io.quaymaster.audit.chain.VerifyingKey;
import io.quaymaster.audit.chain.VerifyingKeys;
import io.quaymaster.process.AuditKey;
import io.quaymaster.process.StartupFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the jar does with an export or a key, and no gateway, no database and no setting. */
public final class AuditCommands {
  public static final String USAGE =
      """
        audit-verify FILE --key KEY [--key KEY ...] [--anchors FILE]
                  verify an export of the audit log: exit status 0 if it is intact, 1 if not, 2 if it cannot be read.
                  A KEY is a public key in Base64, or a file with one. Anchors are the file audit-anchors of a gateway's
                  data folder.
        audit-key FILE
                  print the public key of the audit key in a file, for example data/audit-key\
      """;

  private static final int INTACT = 0;
  private static final int TAMPERED = 1;
  private static final int UNUSABLE = 2;

  private final PrintStream out;
  private final PrintStream err;

  public AuditCommands(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Whether the first word is one of these commands. */
  public static boolean takes(String[] words) {
    return words.length > 0 && (words[0].equals("audit-verify") || words[0].equals("audit-key"));
  }

  /** Returns the exit status. */
  public int run(String[] words) {
    try {
      return words[0].equals("audit-key") ? key(words) : verify(new Words(words));
    } catch (IOException unreadable) {
      return unusable(String.valueOf(unreadable.getMessage()));
    } catch (IllegalArgumentException | StartupFailure wrong) {
      return unusable(wrong.getMessage());
    }
  }

  private int unusable(@Nullable String why) {
    err.println(why);
    return UNUSABLE;
  }

  private int key(String[] words) throws IOException {
    if (words.length != 2) {
      throw new IllegalArgumentException("Usage:\n" + USAGE);
    }
    out.println(AuditKey.publicKeyOf(readable(words[1])).text());
    return INTACT;
  }

  /** The words behind audit-verify. */
  private static final class Words {
    private final List<String> keys = new ArrayList<>();
    private @Nullable String file;
    private @Nullable String anchors;

    Words(String[] words) {
      for (int i = 1; i < words.length; i++) {
        boolean hasNext = i + 1 < words.length;
        if (words[i].equals("--key") && hasNext) {
          keys.add(words[++i]);
        } else if (words[i].equals("--anchors") && hasNext) {
          anchors = words[++i];
        } else if (!words[i].startsWith("--") && file == null) {
          file = words[i];
        } else {
          throw new IllegalArgumentException("Unknown argument: " + words[i] + "\n" + USAGE);
        }
      }
      if (file == null || keys.isEmpty()) {
        throw new IllegalArgumentException("A file and a key are needed.\n" + USAGE);
      }
    }

    String file() {
      return String.valueOf(file);
    }
  }

  private int verify(Words words) throws IOException {
    List<VerifyingKey> keys = new ArrayList<>();
    for (String key : words.keys) {
      keys.add(
          VerifyingKey.parse(Files.exists(Path.of(key)) ? Files.readString(Path.of(key)) : key));
    }
    Map<String, Checkpoint> anchors =
        words.anchors == null ? Map.of() : Anchors.read(readable(words.anchors));
    try (BufferedReader export = Files.newBufferedReader(readable(words.file()))) {
      return tell(new ExportVerifier(new VerifyingKeys(keys), anchors).verify(export));
    }
  }

  private static Path readable(String name) throws IOException {
    Path file = Path.of(name);
    if (!Files.isReadable(file)) {
      throw new IOException("The file " + name + " cannot be read.");
    }
    return file;
  }

  private int tell(Verification found) {
    for (ChainReport chain : found.chains()) {
      out.println(
          "%s: %d events, rows %d to %d, signed up to %d%s"
              .formatted(
                  shown(chain.chain()),
                  chain.events(),
                  chain.first(),
                  chain.last(),
                  chain.signedUpTo(),
                  chain.cut() ? ", earlier ones removed by retention" : ""));
    }
    for (Finding finding : found.findings()) {
      out.println(
          "%s: row %d: %s: %s"
              .formatted(
                  shown(finding.chain()), finding.sequence(), finding.kind(), finding.message()));
    }
    out.println(found.isIntact() ? "intact" : "NOT INTACT: " + found.found() + " findings");
    return found.isIntact() ? INTACT : TAMPERED;
  }

  private static String shown(String chain) {
    return chain.isEmpty() ? "(no tenant)" : "chain " + chain.replaceAll("\\p{Cntrl}", "?");
  }
}
