package io.quaymaster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Dockerfile and docker-compose.yml say of the gateway is true of it. Whether they work is
 * tried with an engine, by hand.
 */
class ContainerFilesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final GatewayProperties DEFAULTS = settings(Map.of());

  /** One instruction of a Dockerfile. */
  private record Instruction(String stage, String word, String rest) {}

  private static String read(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException missing) {
      throw new AssertionError(missing);
    }
  }

  private static List<String> all(String regex, String text) {
    return Pattern.compile(regex).matcher(text).results().map(m -> m.group(1)).toList();
  }

  private static List<Instruction> dockerfile() {
    String text = read("Dockerfile").replaceAll("(?m)^\\s*#.*\\R", "").replaceAll("\\\\\\R", " ");
    List<Instruction> instructions = new ArrayList<>();
    String stage = "";
    for (MatchResult line :
        Pattern.compile("(?m)^([A-Z]+) +(.*)$").matcher(text).results().toList()) {
      if (line.group(1).equals("FROM")) {
        stage = line.group(2).replaceFirst(".* AS ", "");
      }
      instructions.add(new Instruction(stage, line.group(1), line.group(2)));
    }
    return instructions;
  }

  private static List<Instruction> image() {
    String last = dockerfile().getLast().stage();
    return dockerfile().stream().filter(i -> i.stage().equals(last)).toList();
  }

  private static String only(String word) {
    List<String> found =
        image().stream().filter(i -> i.word().equals(word)).map(Instruction::rest).toList();
    assertThat(found).as(word).hasSize(1);
    return found.getFirst();
  }

  private static List<String> execForm(String rest) {
    JsonNode words = JsonMapper.builder().build().readTree(rest);
    assertThat(words.isArray()).as("exec form, for there is no shell: " + rest).isTrue();
    return words.values().stream().map(JsonNode::stringValue).toList();
  }

  private static GatewayProperties settings(Map<String, Object> variables) {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .forEach(s -> environment.getPropertySources().remove(s.getName()));
    environment
        .getPropertySources()
        .addFirst(
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
    return Settings.read(environment);
  }

  @Test
  void theImageNeedsNoShellAndNoRoot() {
    assertThat(image())
        .extracting(Instruction::word)
        .doesNotContain("RUN", "ADD", "SHELL", "CMD")
        .contains("COPY", "LABEL");
    assertThat(only("USER")).isEqualTo("10001:10001");
    assertThat(only("FROM")).isEqualTo("${RUNTIME_IMAGE}");
    assertThat(execForm(only("ENTRYPOINT")))
        .startsWith("/opt/jre/bin/java")
        .endsWith("-jar", "/opt/quaymaster/quaymaster.jar");
    String healthCheck = only("HEALTHCHECK");
    assertThat(execForm(healthCheck.substring(healthCheck.indexOf("CMD ") + 4)))
        .startsWith("/opt/jre/bin/java")
        .endsWith("-jar", "/opt/quaymaster/quaymaster.jar", "health");
  }

  @Test
  void whatTheImageSetsAreSettings() {
    Map<String, Object> variables = new HashMap<>();
    Matcher variable = Pattern.compile("([A-Z_]+)=(\\S+)").matcher(only("ENV"));
    variable.results().forEach(v -> variables.put(v.group(1), v.group(2)));

    GatewayProperties settings = settings(variables);

    assertThat(settings.bind()).isEqualTo("0.0.0.0");
    assertThat(settings.dataFolder()).hasToString(only("VOLUME")).hasToString(only("WORKDIR"));
    assertThat(variables).containsEntry("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs");
    assertThat(only("EXPOSE"))
        .isEqualTo(
            "%d %d %d"
                .formatted(
                    DEFAULTS.ssh().port(), DEFAULTS.admin().port(), DEFAULTS.management().port()));
  }

  @Test
  void theBuildSeesEveryModule() {
    String pom = read("pom.xml");
    assertThat(dockerfile())
        .contains(new Instruction("build", "COPY", ". ."))
        .anyMatch(i -> i.word().equals("RUN") && i.rest().startsWith("mvn "));
    List<String> ignored =
        read(".dockerignore").lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList();
    assertThat(ignored).contains(".git", "**/target", "data");
    List<String> modules = all("<module>(.*?)</module>", pom);
    assertThat(modules).contains("gateway-app");
    assertThat(ignored).doesNotContainAnyElementsOf(modules).doesNotContain("*", "deploy", ".mvn");
    String version =
        all("<artifactId>quaymaster</artifactId>\\s*<version>(.*?)</version>", pom).getFirst();
    assertThat(image()).contains(new Instruction("${RUNTIME_IMAGE}", "ARG", "VERSION=" + version));
    assertThat(gateway().get("image")).isEqualTo("quaymaster:" + version);
    String training =
        execForm(
                dockerfile().stream()
                    .filter(i -> i.stage().equals("train") && i.rest().startsWith("["))
                    .findFirst()
                    .orElseThrow()
                    .rest())
            .getLast();
    assertThat(ROOT.resolve(training.substring("/src/".length()))).isRegularFile();
  }

  private static Map<?, ?> map(Object yaml) {
    return (Map<?, ?>) Objects.requireNonNull(yaml);
  }

  private static Map<?, ?> compose() {
    return map(new Yaml().load(read("docker-compose.yml")));
  }

  private static Map<?, ?> service(String name) {
    return map(
        Objects.requireNonNull(
            map(Objects.requireNonNull(compose().get("services"))).get(name), name));
  }

  private static Map<?, ?> gateway() {
    return service("gateway");
  }

  private static Map<String, Object> environment(String service) {
    Map<String, Object> variables = new HashMap<>();
    map(Objects.requireNonNull(service(service).get("environment")))
        .forEach((name, value) -> variables.put(String.valueOf(name), String.valueOf(value)));
    return variables;
  }

  @Test
  void bothVersionsOfComposeTakeTheFile() {
    assertThat(compose().keySet()).hasToString("[x-gateway, services, volumes]");
    assertThat(all("(\\$\\{[^}]*})", read("docker-compose.yml")))
        .isNotEmpty()
        .allMatch(variable -> variable.equals("${…}") || variable.contains(":-"));
  }

  @Test
  void whoMigratesAndWhoRuns() {
    String roles = read("deploy/postgres-roles.sql");
    for (String service : List.of("migrate", "gateway")) {
      Map<String, Object> variables = environment(service);
      settings(variables);
      assertThat(roles)
          .contains(
              "create role %s login password '%s'"
                  .formatted(
                      variables.get("SPRING_DATASOURCE_USERNAME"),
                      variables.get("SPRING_DATASOURCE_PASSWORD")));
      assertThat(service(service).get("read_only")).isEqualTo(true);
      assertThat(service(service).get("cap_drop")).hasToString("[ALL]");
    }
    assertThat(settings(environment("migrate")).database().runtimeRole())
        .isEqualTo(environment("gateway").get("SPRING_DATASOURCE_USERNAME"));
    assertThat(settings(environment("gateway")).database().migrate()).isFalse();
    assertThat(gateway().get("depends_on"))
        .hasToString("{migrate={condition=service_completed_successfully}}");
  }

  @Test
  void whoeverIsWaitedForHasAHealthCheck() {
    TreeSet<String> awaited = new TreeSet<>();
    map(Objects.requireNonNull(compose().get("services")))
        .forEach(
            (name, service) -> {
              if (map(service).get("depends_on") instanceof Map<?, ?> others) {
                others.forEach(
                    (other, how) -> {
                      if (map(how).get("condition") instanceof String c
                          && c.equals("service_healthy")) {
                        awaited.add(String.valueOf(other));
                      }
                    });
              }
            });
    assertThat(awaited).containsExactly("gateway", "postgres", "prometheus", "s3");
    for (String service : awaited) {
      boolean ofItsOwn = service(service).containsKey("healthcheck");
      String dockerfile =
          service.equals("gateway") ? "Dockerfile" : "deploy/" + service + "/Dockerfile";
      assertThat(ofItsOwn || read(dockerfile).contains("HEALTHCHECK ")).as(service).isTrue();
    }
  }

  @Test
  void mountsWhatIsThereAndPublishesToThisMachineOnly() {
    String text = read("docker-compose.yml");
    List<String> mounted = all("- (\\./[^:]+):", text);
    assertThat(mounted).contains("./helm/rules", "./helm/dashboards", "./deploy/prometheus.yml");
    assertThat(mounted)
        .filteredOn(path -> path.startsWith("./deploy"))
        .allMatch(ContainerFilesTest::exists);
    assertThat(mounted).allMatch(path -> exists(path) || !exists("helm"));
    List<MatchResult> ports =
        Pattern.compile("- \"([^\"]+):(\\d+)\"").matcher(text).results().toList();
    assertThat(ports).hasSize(5).allMatch(port -> port.group(1).startsWith("127.0.0.1:${"));
    assertThat(read("deploy/prometheus.yml"))
        .contains("gateway:" + DEFAULTS.management().port(), "/actuator/prometheus");
    String s3 = String.valueOf(environment("demo-data").get("S3_URL"));
    assertThat(read("deploy/s3/s3proxy.conf"))
        .contains("s3proxy.endpoint=" + s3.replace("//s3:", "//0.0.0.0:"));
  }

  private static boolean exists(String path) {
    return Files.exists(ROOT.resolve(path));
  }
}
