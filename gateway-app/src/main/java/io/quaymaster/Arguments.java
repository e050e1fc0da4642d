package io.quaymaster;

import io.quaymaster.process.StartupFailure;
import io.quaymaster.trail.AuditCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The command line: few words, and no silent misunderstanding of others. */
final class Arguments {
  static final String USAGE =
      """
      Usage: java -jar quaymaster.jar [--demo] [--<setting>=<value> ...]

        --demo    make tenant acme with account demo@acme to try, and say how to reach it
        --help    this text

      %s

      Commands on the audit log, which need neither a gateway nor a database:

      %s

      Settings: for example --quaymaster.ssh.port=2022, or QUAYMASTER_SSH_PORT=2022 in the environment.
      Every setting is described in application.yaml.\
      """
          .formatted(Commands.USAGE, AuditCommands.USAGE);

  /** A dotted name: a setting of ours or of Spring's. */
  private static final Pattern SETTING = Pattern.compile("--[a-z][\\w-]*(\\.[\\w\\[\\]-]+)+=.*");

  private Arguments() {}

  static boolean asksForHelp(String[] args) {
    return List.of(args).contains("--help") || List.of(args).contains("-h");
  }

  /**
   * @throws StartupFailure for a word that means nothing
   */
  static String[] forSpring(String[] args) {
    List<String> words = new ArrayList<>();
    for (String arg : args) {
      if (arg.equals("--demo")) {
        words.add("--quaymaster.demo=true");
      } else if (SETTING.matcher(arg).matches()) {
        words.add(arg);
      } else {
        throw new StartupFailure(
            "Unknown argument: %s.%n%s".formatted(arg.split("=", 2)[0], USAGE));
      }
    }
    return words.toArray(String[]::new);
  }
}
