package io.quaymaster.ssh.scp;

import io.quaymaster.files.ByteText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Which commands there are, and which options and arguments each of them takes. */
final class CommandGrammar {
  private static final Pattern ASSIGNMENT =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_]*=.*", Pattern.DOTALL);
  private static final int SHOWN_CHARS = 60;

  /**
   * Options of sftp-server(8) that concern its own log only; {@code -f} and {@code -l} have a
   * value.
   */
  private static final Set<String> LOG_OPTIONS = Set.of("-e", "-f", "-l");

  private CommandGrammar() {}

  static ScpCommand command(List<Word> words) throws UnusableLine {
    Word first = words.getFirst();
    String name = first.text();
    List<Word> arguments = words.subList(1, words.size());
    if (ASSIGNMENT.matcher(name).matches() && first.live().get(name.indexOf('='))) {
      throw new UnusableLine("Variables cannot be set here, since there is no shell.");
    }
    if (name.equals("scp") || name.endsWith("/scp")) {
      return scp(arguments);
    }
    if (name.equals("internal-sftp")
        || name.equals("sftp-server")
        || name.endsWith("/sftp-server")) {
      return sftpServer(arguments);
    }
    throw new UnusableLine("'" + shown(name) + "' cannot be run here.");
  }

  private static ScpCommand scp(List<Word> arguments) throws UnusableLine {
    Set<Character> options = new HashSet<>();
    int paths = readOptions(arguments, options);
    boolean sink = options.contains('t');
    if (sink == options.contains('f')) {
      throw new UnusableLine("scp needs one of the options -t and -f here.");
    }
    List<ScpPath> named = new ArrayList<>();
    for (Word word : arguments.subList(paths, arguments.size())) {
      named.add(ScpPath.of(word));
    }
    if (named.isEmpty()) {
      throw new UnusableLine("scp needs a path.");
    }
    if (sink && named.size() > 1) {
      throw new UnusableLine(
          "scp -t takes one path, not %d; quote a path that holds spaces.".formatted(named.size()));
    }
    return new ScpCommand.Scp(
        sink ? ScpCommand.Way.SINK : ScpCommand.Way.SOURCE,
        options.contains('r'),
        options.contains('p'),
        options.contains('d'),
        options.contains('v'),
        named);
  }

  /** Returns the index of the first argument that is no option. */
  private static int readOptions(List<Word> arguments, Set<Character> options) throws UnusableLine {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i).text();
      if (argument.equals("--")) {
        return i + 1;
      }
      if (argument.equals("-") || !argument.startsWith("-")) {
        return i;
      }
      for (int at = 1; at < argument.length(); at++) {
        char option = argument.charAt(at);
        if ("dfpqrtv".indexOf(option) < 0) {
          throw new UnusableLine(
              "scp has no option '-%s' here.".formatted(shown(String.valueOf(option))));
        }
        options.add(option);
      }
    }
    return arguments.size();
  }

  /** What decides rights or paths is the account's data here, and not the client's to choose. */
  private static ScpCommand sftpServer(List<Word> arguments) throws UnusableLine {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i).text();
      String option = argument.substring(0, Math.min(2, argument.length()));
      if (!LOG_OPTIONS.contains(option) || (option.equals("-e") && argument.length() > 2)) {
        throw new UnusableLine(
            "sftp-server takes no argument '%s' here.".formatted(shown(argument)));
      }
      if (!option.equals("-e") && argument.length() == 2) {
        i++;
      }
    }
    return new ScpCommand.SftpServer();
  }

  private static String shown(String byteText) {
    String text =
        byteText.length() <= SHOWN_CHARS ? byteText : byteText.substring(0, SHOWN_CHARS) + "...";
    return ByteText.shown(text);
  }
}
