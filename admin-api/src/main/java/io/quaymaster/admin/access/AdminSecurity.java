package io.quaymaster.admin.access;

import io.quaymaster.admin.http.ProblemWriter;
import io.quaymaster.admin.oidc.JwtAdmins;
import io.quaymaster.admin.oidc.OidcSettings;
import io.quaymaster.token.FederatedAdmins;
import io.quaymaster.token.TokenCheck;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.header.HeaderWriter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Every request needs a token, but for the few {@link OpenPaths}. Bearer tokens and nothing else:
 * no sessions, no cookies, so nothing that another site could ride on.
 */
@Configuration(proxyBeanMethods = false)
public class AdminSecurity {
  private static final String API_POLICY = "default-src 'none'; frame-ancestors 'none'";

  /** Swagger UI sets styles by script and shows its icons from data URLs. */
  private static final String DOCS_POLICY =
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
          + " frame-ancestors 'none'";

  @Bean
  TokenGuesses tokenGuesses(GuessLimits limits, Clock clock) {
    return new TokenGuesses(limits, clock);
  }

  @Bean
  Bearers bearers(
      TokenCheck tokens,
      FederatedAdmins federated,
      ObjectProvider<OidcSettings> oidc,
      Clock clock) {
    OidcSettings settings = oidc.getIfAvailable();
    return new Bearers(tokens, settings == null ? null : new JwtAdmins(settings, federated, clock));
  }

  /** Behind every other chain: whatever none of them takes ends here. */
  @Bean
  @Order(1000)
  SecurityFilterChain adminSecurityFilterChain(
      HttpSecurity http,
      Bearers bearers,
      TokenGuesses guesses,
      ProblemWriter problems,
      AdminAudit audit,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver advice) {
    Unauthenticated refusal = new Unauthenticated(problems, audit);
    return http.authorizeHttpRequests(
            requests ->
                requests
                    .requestMatchers(OpenPaths.PATTERNS)
                    .permitAll()
                    .anyRequest()
                    .authenticated())
        .addFilterBefore(
            new BearerFilter(bearers, guesses, refusal, advice), AuthorizationFilter.class)
        .addFilterAfter(new TenantScopeFilter(), AuthorizationFilter.class)
        .exceptionHandling(e -> e.authenticationEntryPoint(refusal).accessDeniedHandler(refusal))
        .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .headers(
            headers -> headers.addHeaderWriter(policies()).cacheControl(Customizer.withDefaults()))
        .csrf(AbstractHttpConfigurer::disable)
        .requestCache(AbstractHttpConfigurer::disable)
        .formLogin(AbstractHttpConfigurer::disable)
        .httpBasic(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .anonymous(AbstractHttpConfigurer::disable)
        .build();
  }

  private static HeaderWriter policies() {
    return (request, response) -> {
      boolean docs = OpenPaths.isDocs(request.getServletPath());
      response.setHeader("Content-Security-Policy", docs ? DOCS_POLICY : API_POLICY);
      response.setHeader("Referrer-Policy", "no-referrer");
    };
  }
}
