package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.token.Scope;
import io.quaymaster.token.TokenRole;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Who may call what, tried on every handler that is mapped, whoever added it. */
class HandlerMatrixTest extends AdminApiTest {
  private static final Set<String> OPEN =
      Set.of("/openapi.json", "/openapi.json/swagger-config", "/docs", "/error");

  @Autowired
  @Qualifier("requestMappingHandlerMapping")
  private RequestMappingHandlerMapping mapping;

  private record Endpoint(String method, String pattern, HandlerMethod handler) {
    String path(String tenant) {
      return pattern.replace("{tenant}", tenant).replaceAll("\\{[a-z]+}", "1");
    }

    boolean ofTenant() {
      return pattern.contains("{tenant}");
    }

    @Override
    public String toString() {
      return method + " " + pattern;
    }
  }

  private List<Endpoint> endpoints() {
    return mapping.getHandlerMethods().entrySet().stream()
        .flatMap(e -> endpoints(e.getKey(), e.getValue()))
        .filter(e -> !OPEN.contains(e.pattern()))
        .toList();
  }

  private static Stream<Endpoint> endpoints(RequestMappingInfo info, HandlerMethod handler) {
    List<String> methods =
        info.getMethodsCondition().getMethods().stream().map(Enum::name).toList();
    return info.getPatternValues().stream()
        .flatMap(
            p ->
                (methods.isEmpty() ? List.of("GET") : methods)
                    .stream().map(m -> new Endpoint(m, p, handler)));
  }

  private static Answer call(Api api, Endpoint endpoint, String path) {
    boolean body = Set.of("POST", "PUT", "PATCH").contains(endpoint.method());
    return api.send(endpoint.method(), path, body ? "{}" : "", Map.of());
  }

  @Test
  void allOfTheContractIsMapped() {
    assertThat(endpoints()).extracting(Endpoint::toString).contains(Contract.ENDPOINTS);
  }

  @TestFactory
  Stream<DynamicTest> withoutATokenEachIsRefused() {
    return endpoints().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.toString(),
                    () -> {
                      Answer answer = call(nobody(), e, e.path("acme"));
                      answer.problem(401, "UNAUTHENTICATED");
                      assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
                    }));
  }

  @TestFactory
  Stream<DynamicTest> anotherTenantIsLikeNone() {
    String mine = tenant();
    String others = tenantWithStore();
    makeAccount(others, "1", "");
    Api admin = tenantAdmin(mine);
    return endpoints().stream()
        .filter(Endpoint::ofTenant)
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.toString(),
                    () ->
                        assertThat(anonymous(call(admin, e, e.path(others)), others))
                            .isEqualTo(anonymous(call(admin, e, e.path("no-such")), "no-such"))));
  }

  /** The whole answer but for the name that was asked for and the request's own id. */
  private static String anonymous(Answer answer, String tenant) {
    answer.problem(404, "NOT_FOUND");
    return answer
        .response()
        .body()
        .replace(tenant, "X")
        .replace(answer.text("correlationId"), "ID");
  }

  @TestFactory
  Stream<DynamicTest> aParameterForAnotherTenantIsLikeThat() {
    Api admin = tenantAdmin(tenant());
    String others = tenant();
    return endpoints().stream()
        .filter(e -> !e.ofTenant())
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.toString(),
                    () -> {
                      Allowed allowed = e.handler().getMethodAnnotation(Allowed.class);
                      if (allowed == null) {
                        call(admin, e, e.path("x") + "?tenant=" + others).problem(403, "FORBIDDEN");
                      } else {
                        call(admin, e, e.path("x") + "?tenant=" + others).problem(404, "NOT_FOUND");
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> aTenantAdminIsNoPlatformAdmin() {
    String mine = tenantWithStore();
    Api admin = tenantAdmin(mine);
    return endpoints().stream()
        .filter(e -> !isForTenantAdmins(e.handler()))
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.toString(), () -> call(admin, e, e.path(mine)).problem(403, "FORBIDDEN")));
  }

  private static boolean isForTenantAdmins(HandlerMethod handler) {
    Allowed allowed = handler.getMethodAnnotation(Allowed.class);
    return allowed != null && allowed.role() == TokenRole.TENANT_ADMIN;
  }

  /** What is kept from tenant admins; a change here is a decision. */
  @Test
  void onlyTheseAreForPlatformAdmins() {
    assertThat(endpoints().stream().filter(e -> e.pattern().startsWith("/api/")))
        .filteredOn(e -> !isForTenantAdmins(e.handler()))
        .extracting(Endpoint::toString)
        .containsExactlyInAnyOrder(
            "POST /api/v1/tenants",
            "PATCH /api/v1/tenants/{tenant}",
            "DELETE /api/v1/tenants/{tenant}",
            "POST /api/v1/tenants/{tenant}/stores",
            "DELETE /api/v1/tenants/{tenant}/stores/{store}",
            "POST /api/v1/tenants/{tenant}/stores/{store}/sweep",
            "GET /api/v1/negotiation-failures",
            "POST /api/v1/bans");
  }

  private List<Endpoint> declared() {
    return endpoints().stream()
        .filter(e -> e.handler().getMethodAnnotation(Allowed.class) != null)
        .toList();
  }

  private static Allowed allowed(Endpoint endpoint) {
    return Objects.requireNonNull(endpoint.handler().getMethodAnnotation(Allowed.class));
  }

  /** So that who may only read changes nothing. */
  @Test
  void scopesOfReadingAreForGet() {
    assertThat(declared())
        .allSatisfy(
            e ->
                assertThat(allowed(e).scope().isRead())
                    .as(e.toString())
                    .isEqualTo(e.method().equals("GET")))
        .noneMatch(e -> allowed(e).role() == TokenRole.AUDITOR);
    assertThat(declared()).extracting(e -> allowed(e).scope()).contains(Scope.values());
  }

  /** Admins of the platform: one with a scope alone, and one with all others. */
  private record Narrowed(Api alone, Api allOthers) {}

  private Narrowed narrowed(Scope scope) {
    String[] others =
        Arrays.stream(Scope.values())
            .filter(s -> s != scope)
            .map(Scope::wireName)
            .toArray(String[]::new);
    return new Narrowed(
        as(token("platform-admin", null, scope.wireName())),
        as(token("platform-admin", null, others)));
  }

  @TestFactory
  Stream<DynamicTest> eachAsksForItsScopeAndNoOther() {
    Map<Scope, Narrowed> tokens =
        Arrays.stream(Scope.values()).collect(Collectors.toMap(s -> s, this::narrowed));
    return declared().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.toString(),
                    () -> {
                      Scope scope = allowed(e).scope();
                      Narrowed with = Objects.requireNonNull(tokens.get(scope));
                      Answer refused = call(with.allOthers(), e, e.path("no-such"));
                      refused.problem(403, "FORBIDDEN");
                      assertThat(refused.header("WWW-Authenticate"))
                          .contains("insufficient_scope")
                          .contains("scope=\"" + scope.wireName() + "\"");
                      assertThat(refused.text("detail")).contains(scope.wireName());
                      assertThat(call(with.alone(), e, e.path("no-such")).response())
                          .extracting(HttpResponse::statusCode)
                          .isNotIn(401, 403, 500);
                    }));
  }

  @TestFactory
  Stream<DynamicTest> anAuditorReadsEverythingAndChangesNothing() {
    String tenant = tenant();
    Api ofAll = as(token("auditor", null));
    Api ofOne = auditor(tenant);
    return declared().stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.toString(),
                    () -> {
                      boolean get = e.method().equals("GET");
                      Answer all = call(ofAll, e, e.path(tenant));
                      Answer one = call(ofOne, e, e.path(tenant));
                      if (get) {
                        assertThat(all.response().statusCode()).isIn(200, 404, 422);
                      } else {
                        all.problem(403, "FORBIDDEN");
                      }
                      if (get && isForTenantAdmins(e.handler())) {
                        assertThat(one.response().statusCode()).isIn(200, 404, 422);
                      } else {
                        one.problem(403, "FORBIDDEN");
                      }
                    }));
  }

  /** A handler that says nothing of roles is nobody's, not even a platform admin's. */
  @TestFactory
  Stream<DynamicTest> aHandlerWithoutARoleIsRefused() {
    List<Endpoint> without =
        endpoints().stream()
            .filter(e -> e.handler().getMethodAnnotation(Allowed.class) == null)
            .toList();
    assertThat(without).as("springdoc maps some of its own").isNotEmpty();
    return without.stream()
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.toString(),
                    () -> call(platformAdmin(), e, e.path("x")).problem(403, "FORBIDDEN")));
  }
}
