package io.quaymaster.admin;

import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.Problem;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** What the API says of itself at {@code /openapi.json}. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {
  private static final String BEARER = "bearer";
  private static final String PROBLEM = "Problem";

  static {
    SpringDocUtils.getConfig().addRequestWrapperToIgnore(AdminRequest.class);
    // Merge patches are read as JSON; their operations name the schema.
    SpringDocUtils.getConfig().replaceWithClass(JsonNode.class, Object.class);
  }

  @Bean
  OpenAPI adminOpenApi() {
    return new OpenAPI()
        .info(
            new Info()
                .title("Quaymaster admin API")
                .version("v1")
                .description(
                    "Sizes are bytes, times are ISO-8601 UTC. Lists come in pages: give next as"
                        + " cursor. Updates may carry If-Match with the ETag that was read.")
                .license(new License().name("Apache-2.0")))
        .components(
            new Components()
                .addSecuritySchemes(
                    BEARER, new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer")))
        .addSecurityItem(new SecurityRequirement().addList(BEARER));
  }

  /** Names the scope that an operation asks for, as OpenAPI 3.1 has it for any kind of security. */
  @Bean
  OperationCustomizer scopes() {
    return (operation, handler) -> {
      Allowed allowed = handler.getMethodAnnotation(Allowed.class);
      return allowed == null
          ? operation
          : operation.addSecurityItem(
              new SecurityRequirement().addList(BEARER, allowed.scope().wireName()));
    };
  }

  /** Every operation can be refused, and each refusal is a problem. */
  @Bean
  OpenApiCustomizer problemResponses() {
    return api -> {
      ModelConverters.getInstance(true)
          .readAll(new AnnotatedType(Problem.class))
          .forEach(api.getComponents()::addSchemas);
      api.getPaths().forEach(OpenApiConfiguration::addProblems);
    };
  }

  private static void addProblems(String path, PathItem item) {
    item.readOperationsMap().forEach((method, operation) -> addProblems(path, method, operation));
  }

  private static void addProblems(String path, PathItem.HttpMethod method, Operation operation) {
    Map<String, String> refusals = new LinkedHashMap<>();
    refusals.put("401", "No valid token.");
    refusals.put("403", "The role or the token's scopes do not allow it.");
    if (path.contains("{")) {
      refusals.put("404", "It does not exist, or belongs to another tenant.");
    }
    if (method != PathItem.HttpMethod.GET) {
      refusals.put("409", "It does not fit what is there; code says why.");
      refusals.put("412", "It is not in the version that If-Match names.");
    }
    if (operation.getRequestBody() != null) {
      refusals.put("400", "The body is no JSON; detail says where.");
      refusals.put("413", "The body is too large.");
      refusals.put("415", "The body is of another type.");
    }
    refusals.put("422", "Fields or parameters are wrong; errors names them.");
    refusals.put("429", "Too many wrong tokens came from this address.");
    refusals.put(
        "503",
        "The database or the identity provider does not answer; try again after Retry-After.");
    refusals.forEach(
        (status, text) -> operation.getResponses().addApiResponse(status, problem(text)));
  }

  private static ApiResponse problem(String text) {
    return new ApiResponse()
        .description(text)
        .content(
            new Content()
                .addMediaType(
                    Problem.MEDIA_TYPE,
                    new MediaType()
                        .schema(new Schema<>().$ref("#/components/schemas/" + PROBLEM))));
  }
}
