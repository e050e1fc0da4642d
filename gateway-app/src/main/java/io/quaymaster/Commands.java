package io.quaymaster;

import io.quaymaster.process.HealthCommand;
import io.quaymaster.process.MakeKeysCommand;
import io.quaymaster.process.MigrateCommand;
import io.quaymaster.process.Notices;
import io.quaymaster.process.StartupFailure;
import io.quaymaster.trail.AuditCommands;
import java.util.Arrays;
import java.util.OptionalInt;

/** The first words that make something else of this process than a gateway. */
final class Commands {
  static final String USAGE =
      """
      Commands instead of a gateway; their exit status is 0 if all is well, else 1:

        migrate [--<setting>=<value> ...]
                  bring the schema of the database up to date, with the settings that a gateway has, and give the role that
                  quaymaster.database.runtime-role names what a gateway needs
        make-keys SECRET [--print]
                  in a pod: make the Kubernetes Secret of that name, with new host keys, seal key, audit key and admin token,
                  unless it is there. With --print: write its manifest instead
        health    ask the gateway on this machine whether it is ready, at QUAYMASTER_MANAGEMENT_PORT\
      """;

  private Commands() {}

  /** Does what the words say and returns the exit status, or nothing if they say no command. */
  static OptionalInt run(String[] words) {
    if (AuditCommands.takes(words)) {
      return OptionalInt.of(new AuditCommands(System.out, System.err).run(words));
    }
    String[] rest = words.length == 0 ? words : Arrays.copyOfRange(words, 1, words.length);
    return switch (words.length == 0 ? "" : words[0]) {
      case "health" -> OptionalInt.of(health(rest));
      case "make-keys" -> OptionalInt.of(makeKeys(rest));
      case "migrate" -> OptionalInt.of(migrate(rest));
      default -> OptionalInt.empty();
    };
  }

  private static int health(String[] words) {
    if (words.length > 0) {
      return unknown(words[0]);
    }
    return new HealthCommand(System.getenv(), System.out, System.err).run();
  }

  private static int makeKeys(String[] words) {
    boolean print = words.length == 2 && words[1].equals("--print");
    if (words.length == 0 || words.length > (print ? 2 : 1) || words[0].startsWith("-")) {
      notices().error("make-keys needs the name of a Secret, and perhaps --print.\n" + USAGE);
      return 1;
    }
    MakeKeysCommand command = MakeKeysCommand.inThisPod(notices());
    return print ? command.print(words[0], System.out) : command.make(words[0]);
  }

  private static int migrate(String[] words) {
    try {
      return new MigrateCommand(System.out, System.err).run(Arguments.forSpring(words));
    } catch (StartupFailure wrong) {
      notices().error(String.valueOf(wrong.getMessage()));
      return 1;
    }
  }

  private static int unknown(String word) {
    notices().error("Unknown argument: " + word + ".\n" + USAGE);
    return 1;
  }

  private static Notices notices() {
    return Notices.accordingTo(System.getenv(), System.out, System.err);
  }
}
