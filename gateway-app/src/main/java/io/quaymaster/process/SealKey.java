package io.quaymaster.process;

import io.quaymaster.secret.SealKeys;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.settings.SealSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the keys come from with which secrets in the database are sealed.
 *
 * <p>A file has the current key on a line of its own, and may have more, each on a line behind a
 * word: {@code next} and {@code previous}.
 */
final class SealKey {
  private static final String VARIABLE = "QUAYMASTER_SEAL_KEY";
  private static final SecretKeyFile FILE = new SecretKeyFile("seal key", VARIABLE, "seal-key");

  /** Of a file with as many keys as there may be. */
  private static final int MOST_CHARACTERS = 1024;

  private SealKey() {}

  /**
   * The setting, else the file that a setting names, else the file in the data folder, which is
   * made if it is missing; and the further keys, of the file and of settings.
   *
   * @throws StartupFailure one of them is no key, or cannot be read
   */
  static SecretSeal find(SealSettings settings, Path dataFolder) {
    Found found = new Found();
    if (settings.key() != null) {
      found.current.add(FILE.decode(settings.key(), VARIABLE));
    } else {
      read(FILE.locate(settings.keyFile(), dataFolder), found);
    }
    if (settings.nextKey() != null) {
      found.next.add(FILE.decode(settings.nextKey(), "QUAYMASTER_SEAL_NEXT_KEY"));
    }
    for (String key : settings.previousKeys()) {
      found.previous.add(FILE.decode(key, "QUAYMASTER_SEAL_PREVIOUS_KEYS"));
    }
    return found.seal();
  }

  private static void read(Path file, Found found) {
    try {
      if (Files.size(file) > MOST_CHARACTERS) {
        throw FILE.noKey(file.toString());
      }
      Files.readString(file, StandardCharsets.ISO_8859_1)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .forEach(line -> found.add(line, file.toString()));
    } catch (IOException failure) {
      throw FILE.unreadable(file, failure);
    }
    if (found.current.size() != 1) {
      throw new StartupFailure(
          "The seal key file %s must have one key on a line of its own, and has %d. Further ones stand behind the word next or previous."
              .formatted(file, found.current.size()));
    }
  }

  private static final class Found {
    private final List<byte[]> current = new ArrayList<>();
    private final List<byte[]> next = new ArrayList<>();
    private final List<byte[]> previous = new ArrayList<>();

    void add(String line, String source) {
      String[] words = line.split("\\s+", 2);
      String last = words[words.length - 1];
      switch (words[0]) {
        case "next" -> next.add(FILE.decode(last, source));
        case "previous" -> previous.add(FILE.decode(last, source));
        default -> current.add(FILE.decode(line, source));
      }
    }

    SecretSeal seal() {
      if (current.size() + next.size() + previous.size() > SealKeys.MOST) {
        throw new StartupFailure(
            "There are more than %d seal keys. Take out those that no secret needs any more."
                .formatted(SealKeys.MOST));
      }
      return new SecretSeal(new SealKeys(current.getFirst(), previous, next));
    }
  }
}
