package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class NoticesTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Notices notices(Map<String, String> environment) {
    return Notices.accordingTo(
        environment,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void wordsForAPerson() {
    notices(Map.of()).info("done");
    notices(Map.of("LOGGING_STRUCTURED_FORMAT_CONSOLE", " ")).error("not done");

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines("done");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines("not done");
  }

  @Test
  void oneLineOfEcsForAMachine() {
    notices(Map.of("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs")).error("a \"quote\",\nanother line");

    assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    JsonNode line = JsonMapper.builder().build().readTree(err.toByteArray());
    assertThat(line.get("message").stringValue()).isEqualTo("a \"quote\",\nanother line");
    assertThat(line.get("log").get("level").stringValue()).isEqualTo("ERROR");
    assertThat(line.get("service").get("name").stringValue()).isEqualTo("quaymaster");
    assertThat(line.get("process").get("pid").longValue()).isEqualTo(ProcessHandle.current().pid());
    assertThat(Duration.between(Instant.parse(line.get("@timestamp").stringValue()), Instant.now()))
        .isLessThan(Duration.ofMinutes(1));
  }
}
