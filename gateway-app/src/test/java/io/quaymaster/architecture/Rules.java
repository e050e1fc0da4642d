package io.quaymaster.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.quaymaster.tenant.scope.TenantScope;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.NullMarked;

/**
 * The rules, each for a part of the house that the caller names: the product's for the check, a
 * planted violation's for the proof that the rule bites.
 */
final class Rules {
  private static final List<String> INJECTING =
      List.of(
          "org.springframework.beans.factory.annotation.Autowired",
          "org.springframework.beans.factory.annotation.Value",
          "jakarta.inject.Inject",
          "jakarta.annotation.Resource",
          "jakarta.persistence.PersistenceContext");

  private Rules() {}

  static ArchRule domainKnowsNoFace(DescribedPredicate<JavaClass> domain) {
    return noClasses()
        .that(domain)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "org.apache.sshd..",
                "jakarta.servlet..",
                "org.springframework.web..",
                "org.springframework.http..",
                "software.amazon..",
                "io.quaymaster.admin..",
                "io.quaymaster.ssh..",
                "io.quaymaster.process..",
                "io.quaymaster.settings.."));
  }

  static ArchRule storageIsPlainJava(DescribedPredicate<JavaClass> storage) {
    return noClasses()
        .that(storage)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "org.springframework..",
                "java.sql..",
                "javax.sql..",
                "jakarta.persistence..",
                "org.hibernate..",
                "org.apache.sshd..",
                "io.quaymaster.admin..",
                "io.quaymaster.ssh.."));
  }

  static ArchRule adminKnowsNoSsh(DescribedPredicate<JavaClass> admin) {
    return noClasses()
        .that(admin)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "io.quaymaster.ssh..",
                "io.quaymaster.process..",
                "io.quaymaster.settings..",
                "org.apache.sshd.."));
  }

  /**
   * A request of a tenant's admin is bound to its tenant on its own thread: what it handed on would
   * be done for the gateway. Whose request it is may be found out on others: that comes before.
   */
  static ArchRule requestsStayOnTheirThread(DescribedPredicate<JavaClass> admin) {
    return noClasses()
        .that(admin)
        .and()
        .resideOutsideOfPackage("io.quaymaster.admin.oidc..")
        .should()
        .dependOnClassesThat(
            assignableTo(Executor.class)
                .or(assignableTo(CompletionStage.class))
                .or(equivalentTo(Thread.class))
                .or(resideInAPackage("org.springframework.web.context.request.async.."))
                .or(
                    resideInAPackage("org.springframework.web.servlet.mvc.method.annotation..")
                        .and(
                            simpleNameEndingWith("Emitter")
                                .or(simpleNameStartingWith("Streaming")))));
  }

  /** The way out of a tenant's scope is for the gateway's own work. */
  static ArchRule fewLeaveATenantsScope(DescribedPredicate<JavaClass> but) {
    return noClasses()
        .that(not(but))
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "TenantScope.runForGateway",
                call ->
                    call.getTargetOwner().isEquivalentTo(TenantScope.class)
                        && call.getTarget().getName().equals("runForGateway")));
  }

  static ArchRule sshKnowsNoHttp(DescribedPredicate<JavaClass> ssh) {
    return noClasses()
        .that(ssh)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "io.quaymaster.admin..",
                "jakarta.servlet..",
                "org.springframework.web..",
                "org.springframework.http.."));
  }

  /** Nothing is executed; one class starts the embedded PostgreSQL, by the name given. */
  static ArchRule nobodyStartsPrograms(DescribedPredicate<JavaClass> but) {
    return noClasses()
        .that(not(but))
        .should()
        .dependOnClassesThat(equivalentTo(ProcessBuilder.class))
        .orShould()
        .callMethodWhere(
            DescribedPredicate.describe(
                "Runtime.exec",
                call ->
                    call.getTargetOwner().isEquivalentTo(Runtime.class)
                        && call.getTarget().getName().equals("exec")));
  }

  static ArchRule noJavaSerialisation() {
    return noClasses()
        .should()
        .dependOnClassesThat(
            equivalentTo(ObjectInputStream.class).or(equivalentTo(ObjectOutputStream.class)));
  }

  /** Of MINA: transport, keys, authentication, channels. Not its servers for files. */
  static ArchRule minaServesNoFiles() {
    return noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "org.apache.sshd.sftp..",
                "org.apache.sshd.scp..",
                "org.apache.sshd.common.file..",
                "org.apache.sshd.server.keyprovider..",
                "org.apache.sshd.server.shell.."));
  }

  /** Where there are no traces, nothing of OpenTelemetry is loaded: one package knows of it. */
  static ArchRule fewKnowOfTraces(DescribedPredicate<JavaClass> but) {
    return noClasses()
        .that(not(but))
        .should()
        .dependOnClassesThat(resideInAPackage("io.opentelemetry.."));
  }

  static ArchRule noFieldInjection() {
    return fields().should(new NotInjected());
  }

  static ArchRule everyPackageIsNullMarked() {
    return classes().should(new InNullMarkedPackage());
  }

  static DescribedPredicate<JavaClass> in(String packages) {
    return resideInAPackage(packages);
  }

  private static final class NotInjected extends ArchCondition<JavaField> {
    NotInjected() {
      super("not be injected");
    }

    @Override
    public void check(JavaField field, ConditionEvents events) {
      for (String annotation : INJECTING) {
        if (field.isAnnotatedWith(annotation)) {
          events.add(
              SimpleConditionEvent.violated(field, field.getFullName() + " has @" + annotation));
        }
      }
    }
  }

  private static final class InNullMarkedPackage extends ArchCondition<JavaClass> {
    InNullMarkedPackage() {
      super("lie in a package that is @NullMarked");
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      boolean marked =
          type.getPackage()
              .tryGetPackageInfo()
              .filter(info -> info.isAnnotatedWith(NullMarked.class))
              .isPresent();
      if (!marked) {
        events.add(
            SimpleConditionEvent.violated(type, type.getPackageName() + " is not @NullMarked"));
      }
    }
  }
}
