package io.quaymaster.micro;

import io.quaymaster.quota.QuotaLedgerMicro;
import io.quaymaster.ssh.cipher.CiphersMicro;
import io.quaymaster.ssh.cipher.Poly1305Micro;
import io.quaymaster.ssh.sftp.LongNameMicro;
import io.quaymaster.ssh.sftp.ReplyWriterMicro;
import io.quaymaster.ssh.sftp.RequestReaderMicro;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.generators.core.BenchmarkGenerator;
import org.openjdk.jmh.generators.core.FileSystemDestination;
import org.openjdk.jmh.generators.reflection.RFGeneratorSource;
import org.springframework.util.FileSystemUtils;

/**
 * All micro-benchmarks, and the program behind {@code bench/micro.sh}. The code that JMH makes for
 * each of them is made and compiled when it runs: no other build has to carry it.
 */
public final class MicroBenchmarks {
  static final List<Class<? extends MicroBenchmark>> ALL =
      List.of(
          RequestReaderMicro.class,
          ReplyWriterMicro.class,
          LongNameMicro.class,
          CiphersMicro.class,
          Poly1305Micro.class,
          QuotaLedgerMicro.class);

  private MicroBenchmarks() {}

  /**
   * @param args a folder of the class path for the code that JMH makes, then JMH's own arguments
   */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    FileSystemUtils.deleteRecursively(folder);
    generate(folder);
    compile(folder);
    Main.main(Arrays.copyOfRange(args, 1, args.length));
  }

  /**
   * Writes JMH's sources and lists into a folder.
   *
   * @throws IllegalStateException JMH cannot take one of the benchmarks
   */
  static void generate(Path folder) {
    RFGeneratorSource source = new RFGeneratorSource();
    source.processClasses(ALL.toArray(Class<?>[]::new));
    FileSystemDestination destination = new FileSystemDestination(folder.toFile(), folder.toFile());
    BenchmarkGenerator generator = new BenchmarkGenerator();
    generator.generate(source, destination);
    generator.complete(source, destination);
    if (destination.hasErrors()) {
      throw new IllegalStateException(destination.getErrors().toString());
    }
  }

  private static void compile(Path folder) throws IOException {
    List<String> arguments;
    try (Stream<Path> files = Files.walk(folder)) {
      arguments =
          Stream.concat(
                  Stream.of("-nowarn", "-proc:none", "-d", folder.toString()),
                  files.map(Path::toString).filter(file -> file.endsWith(".java")))
              .toList();
    }
    PrintStream out = System.out;
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(out, out, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalStateException("JMH's code does not compile");
    }
  }
}
