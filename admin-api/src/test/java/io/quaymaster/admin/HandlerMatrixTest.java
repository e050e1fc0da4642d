package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.token.TokenRole;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    return allowed != null && allowed.value() == TokenRole.TENANT_ADMIN;
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
