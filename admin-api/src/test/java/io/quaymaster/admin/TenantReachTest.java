package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import io.quaymaster.admin.ReachOperation.Param;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Nobody reaches into another tenant: every operation that the OpenAPI document has is called by an
 * admin and by an auditor of one tenant with the names and ids of real things of another. Whoever
 * adds an operation with a parameter that is new here is told so by a failure.
 */
class TenantReachTest extends AdminApiTest {
  /** Operations without a path into a tenant, which may say what is wrong with the body. */
  private static final int UNPROCESSABLE = 422;

  private Stream<ReachOperation> operations() {
    return ReachOperation.all(nobody().get("/openapi.json").ok().json());
  }

  private ReachThings things(String kind) {
    return ReachThings.make(this, name("reach-" + kind) + "-end");
  }

  @Test
  void theDocumentHasAllOfTheContract() {
    assertThat(operations())
        .extracting(ReachOperation::toString)
        .containsExactlyInAnyOrder(Contract.ENDPOINTS);
  }

  @TestFactory
  Stream<DynamicTest> nothingOfAnotherTenantIsReached() {
    ReachThings others = things("others");
    List<Stranger> reaching = strangers(things("own"));
    // Of those who read lists: what they say of others must not come from what they asked for.
    List<Stranger> reading = strangers(things("reader"));
    List<ReachOperation> operations = operations().toList();
    assertThat(operations).hasSizeGreaterThan(50);
    return operations.stream()
        .map(
            o ->
                DynamicTest.dynamicTest(
                    o.toString(),
                    () ->
                        (o.pathParams().isEmpty() ? reading : reaching)
                            .forEach(stranger -> isOutOfReach(stranger, o, others))));
  }

  /** Somebody of another tenant, with things there. */
  private record Stranger(String who, Api api, ReachThings own) {}

  private List<Stranger> strangers(ReachThings own) {
    return List.of(
        new Stranger("tenant-admin", tenantAdmin(own.tenant()), own),
        new Stranger("auditor", auditor(own.tenant()), own));
  }

  private void isOutOfReach(Stranger stranger, ReachOperation operation, ReachThings others) {
    List<String> before = others.dump(this);
    List<Param> params = operation.pathParams();
    // The first so many parameters name things of one's own, all others do not.
    for (int owned = 0; owned < params.size(); owned++) {
      int ownOnes = owned;
      String path =
          operation.path((i, param) -> (i < ownOnes ? stranger.own() : others).value(param));
      Answer answer = operation.call(stranger.api(), path + operation.required(others), others);
      assertThat(answer.response().statusCode())
          .as("%s: %s %s", stranger.who(), operation.method(), path)
          .isIn(403, 404);
    }
    if (params.isEmpty()) {
      nothingIsSeenOrMade(stranger, operation, others);
    }
    assertThat(others.dump(this)).as("%s: %s", stranger.who(), operation).isEqualTo(before);
    assertThat(sessions.open).as("%s: %s", stranger.who(), operation).contains(others.session());
  }

  private static void nothingIsSeenOrMade(
      Stranger stranger, ReachOperation operation, ReachThings others) {
    String path = operation.path((i, param) -> "");
    if (!operation.method().equals("GET")) {
      assertThat(operation.call(stranger.api(), path, others).response().statusCode())
          .as("%s: %s", stranger.who(), operation)
          .isIn(403, 404, UNPROCESSABLE);
      return;
    }
    for (String query : operation.queries(others)) {
      Answer answer = stranger.api().get(path + query);
      if (query.contains("tenant=")) {
        answer.problem(404, "NOT_FOUND");
      } else {
        assertThat(answer.response().statusCode()).as(path + query).isIn(200, 403);
        assertThat(answer.response().body())
            .as("%s: %s%s", stranger.who(), path, query)
            .doesNotContain(others.tenant());
      }
    }
  }

  /** The test above would prove nothing if its names and ids led nowhere. */
  @Test
  void whatIsAskedForIsReallyThere() {
    ReachThings things = things("real");
    Comparator<ReachOperation> readingFirst =
        Comparator.comparingInt(o -> o.method().equals("DELETE") ? 1 : 0);
    List<ReachOperation> inOrder =
        operations().sorted(readingFirst.thenComparingInt(o -> -o.template().length())).toList();
    for (ReachOperation operation : inOrder) {
      String path = operation.path((i, param) -> things.value(param)) + operation.required(things);
      Answer answer = operation.call(platformAdmin(), path, things);
      assertThat(answer.response().statusCode())
          .as("%s %s: %s", operation.method(), path, answer.response().body())
          .isIn(200, 201, 202, 204, 409, UNPROCESSABLE);
      if (operation.method().equals("GET")) {
        answer.ok();
      }
    }
  }

  /** Nor would it prove anything of lists on which nothing of it ever stands. */
  @Test
  void theListsOfAnAdminOfThePlatformShowIt() {
    ReachThings things = things("shown");
    for (String list :
        List.of("/api/v1/tokens", "/api/v1/sessions", "/api/v1/bans", "/api/v1/audit")) {
      assertThat(platformAdmin().all(list, 1000).toString()).as(list).contains(things.tenant());
    }
  }

  @Test
  void aStoreOfAnotherTenantIsNoPlaceForAHome() {
    ReachThings own = things("own");
    ReachThings others = things("others");
    Api admin = tenantAdmin(own.tenant());
    List<String> before = others.dump(this);
    String home = "{\"home\":{\"store\":\"%s\",\"path\":\"x\"}%s}".formatted(others.store(), "%s");
    admin
        .post(accounts(own.tenant()), home.formatted(",\"username\":\"thief\""))
        .wrong("home.store");
    admin.patch(account(own.tenant(), own.username()), home.formatted("")).wrong("home.store");
    assertThat(others.dump(this)).isEqualTo(before);
  }
}
