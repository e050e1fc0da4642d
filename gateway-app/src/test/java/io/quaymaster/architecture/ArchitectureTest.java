package io.quaymaster.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule twice: the product keeps it, and a planted violation breaks it. */
class ArchitectureTest {
  private static final Pattern TESTS = Pattern.compile(".*(/test-classes/|-tests\\.jar!).*");

  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption((Location location) -> !location.matches(TESTS))
          .importPackages("io.quaymaster");

  private static final JavaClasses PLANTED =
      new ClassFileImporter().importPackages("io.quaymaster.planted");

  /**
   * @param rule for the product
   * @param onPlanted the same for the planted classes
   * @param violator the planted class that breaks it
   */
  record Case(ArchRule rule, ArchRule onPlanted, String violator) {
    @Override
    public String toString() {
      return violator;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            Rules.domainKnowsNoFace(module("gateway-domain")),
            Rules.domainKnowsNoFace(Rules.in("io.quaymaster.planted.domain")),
            "domain.KnowsHttp"),
        new Case(
            Rules.storageIsPlainJava(module("storage-adapters")),
            Rules.storageIsPlainJava(Rules.in("io.quaymaster.planted.storage")),
            "storage.KnowsJdbc"),
        new Case(
            Rules.adminKnowsNoSsh(module("admin-api")),
            Rules.adminKnowsNoSsh(Rules.in("io.quaymaster.planted.admin")),
            "admin.KnowsSsh"),
        new Case(
            Rules.requestsStayOnTheirThread(module("admin-api")),
            Rules.requestsStayOnTheirThread(Rules.in("io.quaymaster.planted.admin")),
            "admin.HandsOn"),
        new Case(
            Rules.fewLeaveATenantsScope(
                named("io.quaymaster.quota.Settler").or(named("io.quaymaster.quota.Recounter"))),
            Rules.fewLeaveATenantsScope(named("nobody")),
            "admin.LeavesTheScope"),
        new Case(
            Rules.sshKnowsNoHttp(Rules.in("io.quaymaster.ssh..")),
            Rules.sshKnowsNoHttp(Rules.in("io.quaymaster.planted.ssh")),
            "ssh.KnowsHttp"),
        new Case(
            Rules.nobodyStartsPrograms(named("io.quaymaster.process.EmbeddedDatabase")),
            Rules.nobodyStartsPrograms(named("nobody")),
            "process.BuildsAProcess"),
        new Case(
            Rules.nobodyStartsPrograms(named("io.quaymaster.process.EmbeddedDatabase")),
            Rules.nobodyStartsPrograms(named("nobody")),
            "process.Executes"),
        new Case(Rules.noJavaSerialisation(), Rules.noJavaSerialisation(), "process.Deserialises"),
        new Case(Rules.minaServesNoFiles(), Rules.minaServesNoFiles(), "ssh.ServesFilesByMina"),
        new Case(
            Rules.fewKnowOfTraces(Rules.in("io.quaymaster.traces")),
            Rules.fewKnowOfTraces(named("nobody")),
            "process.MakesSpans"),
        new Case(Rules.noFieldInjection(), Rules.noFieldInjection(), "process.IsInjected"),
        new Case(Rules.everyPackageIsNullMarked(), Rules.everyPackageIsNullMarked(), "unmarked"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theProductKeepsTheRule(Case c) {
    c.rule().check(PRODUCT);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theRuleBites(Case c) {
    assertThatThrownBy(() -> c.onPlanted().check(PLANTED))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("io.quaymaster.planted." + c.violator());
  }

  /** A rule over classes that nobody sees would hold whatever they do. */
  @ParameterizedTest
  @ValueSource(strings = {"gateway-domain", "storage-adapters", "admin-api", "gateway-app"})
  void theClassesOfEveryModuleAreSeen(String module) {
    boolean hasSources = Files.isDirectory(Path.of("..", module, "src/main/java"));

    assertThat(PRODUCT.stream().anyMatch(module(module))).isEqualTo(hasSources);
  }

  @Test
  void noTestIsTakenForTheProduct() {
    assertThat(PRODUCT.contain(ArchitectureTest.class)).isFalse();
    assertThat(PRODUCT.contain("io.quaymaster.db.TestDatabase")).isFalse();
  }

  /** By where the class file lies: folder or jar of the module. */
  private static DescribedPredicate<JavaClass> module(String name) {
    Pattern place = Pattern.compile(".*/" + name + "(/target/classes/|-[^/]*\\.jar!).*");
    return DescribedPredicate.describe(
        "are in module " + name,
        type ->
            type.getSource()
                .map(source -> place.matcher(source.getUri().toString()).matches())
                .orElse(false));
  }

  private static DescribedPredicate<JavaClass> named(String name) {
    return DescribedPredicate.describe(
        name, type -> type.getName().equals(name) || type.getName().startsWith(name + "$"));
  }
}
