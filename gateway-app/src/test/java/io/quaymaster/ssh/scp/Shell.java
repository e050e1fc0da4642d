package io.quaymaster.ssh.scp;

import io.quaymaster.files.ByteText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Runs scripts of bytes, so that names of any bytes reach programs whatever locale this JVM has.
 *
 * @param status the exit status
 * @param out byte text
 * @param err byte text
 */
record Shell(int status, String out, String err) {
  private static final long PATIENCE_SECONDS = 120;

  /**
   * @param script byte text
   */
  static Shell run(Path folder, String script) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "shell", ".out");
    Path err = Files.createTempFile(folder, "shell", ".err");
    Path in = Files.createTempFile(folder, "shell", ".sh");
    Files.write(in, ByteText.bytes(script));
    ProcessBuilder builder =
        new ProcessBuilder("sh", in.toString())
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("the script does not end: " + ByteText.shown(script));
    }
    return new Shell(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    return ByteText.of(Files.readAllBytes(file));
  }

  /** A word that the shell takes as it is. */
  static String quote(String byteText) {
    return "'" + byteText.replace("'", "'\\''") + "'";
  }
}
