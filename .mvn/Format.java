import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs google-java-format over every Java file of the build: {@code check} or {@code rewrite}. */
class Format {
  public static void main(String[] args) throws Exception {
    boolean rewrite = args.length == 1 && args[0].equals("rewrite");
    List<String> words = new ArrayList<>();
    words.addAll(rewrite ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    words.addAll(javaFiles(Path.of("")));
    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    int status = new Main(out, err, System.in).format(words.toArray(String[]::new));
    if (status != 0) {
      err.println("These files are not formatted. Run: mvn -N validate -Pformat");
    }
    System.exit(status);
  }

  private static List<String> javaFiles(Path root) throws IOException {
    try (var modules = Files.newDirectoryStream(root.toAbsolutePath())) {
      List<String> found = new ArrayList<>();
      for (Path module : modules) {
        Path sources = module.resolve("src");
        if (Files.isDirectory(sources)) {
          try (var files = Files.walk(sources)) {
            files.filter(f -> f.toString().endsWith(".java")).map(Path::toString).sorted().forEach(found::add);
          }
        }
      }
      return found;
    }
  }
}
