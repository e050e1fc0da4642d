package io.quaymaster.system;

import io.quaymaster.process.GatewayProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.util.FileSystemUtils;

/**
 * Gives one gateway to all plays that ask for a {@link Quay}, since starting one takes seconds. It
 * has the demo's data. Whoever shares it has a tenant of its own, and leaves no session open.
 */
final class SharedQuay implements ParameterResolver {
  /** Started with the first play, closed after the last. */
  private record Running(Path folder, Quay quay) implements AutoCloseable {
    static Running start() {
      try {
        Path folder = Files.createTempDirectory("shared-quay");
        return new Running(
            folder,
            Quay.start(
                GatewayProcess.in(folder)
                    .withArgument("--demo")
                    // Its plays have wrong passwords in them, and all come from one address.
                    .with("QUAYMASTER_ADMISSION_PENALTIES_ENABLED", "false")));
      } catch (IOException full) {
        throw new UncheckedIOException(full);
      }
    }

    @Override
    public void close() throws IOException {
      quay.close();
      FileSystemUtils.deleteRecursively(folder);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Quay.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(SharedQuay.class))
        .computeIfAbsent(Running.class, key -> Running.start(), Running.class)
        .quay();
  }
}
