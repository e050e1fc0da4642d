package io.quaymaster.admin;

import io.quaymaster.account.AccountConfiguration;
import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequestArgument;
import io.quaymaster.admin.access.AdminSecurity;
import io.quaymaster.admin.access.RoleCheck;
import io.quaymaster.admin.http.AdminJson;
import io.quaymaster.admin.http.ErrorPage;
import io.quaymaster.admin.http.MergePatch;
import io.quaymaster.admin.http.ProblemAdvice;
import io.quaymaster.admin.http.ProblemWriter;
import io.quaymaster.admin.http.RequestFrame;
import io.quaymaster.admin.http.UnmappedRequest;
import io.quaymaster.admin.resource.AccountController;
import io.quaymaster.admin.resource.AccountUsageController;
import io.quaymaster.admin.resource.AuditController;
import io.quaymaster.admin.resource.AuthorityController;
import io.quaymaster.admin.resource.BanController;
import io.quaymaster.admin.resource.ExplainController;
import io.quaymaster.admin.resource.HistoryController;
import io.quaymaster.admin.resource.KeyController;
import io.quaymaster.admin.resource.NegotiationFailureController;
import io.quaymaster.admin.resource.SessionController;
import io.quaymaster.admin.resource.StoreController;
import io.quaymaster.admin.resource.TenantController;
import io.quaymaster.admin.resource.TokenController;
import io.quaymaster.admin.resource.TotpController;
import io.quaymaster.admission.AdmissionConfiguration;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.History;
import io.quaymaster.certificate.CertificateConfiguration;
import io.quaymaster.negotiation.NegotiationFailures;
import io.quaymaster.quota.QuotaLimitsConfiguration;
import io.quaymaster.store.StoreConfiguration;
import io.quaymaster.tenant.TenantConfiguration;
import io.quaymaster.tenant.scope.ScopedDataSource;
import io.quaymaster.token.TokenConfiguration;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.apache.catalina.core.StandardHost;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

/**
 * The admin API as a list of its parts. The application imports it and gives what it stands on: a
 * {@code Clock}, a {@code Chronicle}, the {@code AuditTrail}, the {@code LoginDoor}, {@code
 * LiveSessions}, the {@code BootstrapToken}, {@code PasswordHashes}, the {@code SecretSeal}, the
 * {@code GuessLimits}, the {@code OidcSettings} if admins may come from an identity provider, and
 * the ports {@code StoreProvisioning}, {@code StoreSweep}, {@code ScopeChanges}, {@code
 * UsageFlush}, {@code Recount} and {@code BanChanges}.
 */
@Configuration(proxyBeanMethods = false)
@Import({
  TenantConfiguration.class,
  StoreConfiguration.class,
  AccountConfiguration.class,
  CertificateConfiguration.class,
  TokenConfiguration.class,
  AdmissionConfiguration.class,
  QuotaLimitsConfiguration.class,
  History.class,
  NegotiationFailures.class,
  AdminSecurity.class,
  OpenApiConfiguration.class,
  ProblemAdvice.class,
  ErrorPage.class,
  TenantController.class,
  StoreController.class,
  AccountController.class,
  AccountUsageController.class,
  KeyController.class,
  TotpController.class,
  AuthorityController.class,
  SessionController.class,
  HistoryController.class,
  NegotiationFailureController.class,
  TokenController.class,
  BanController.class,
  AuditController.class,
  ExplainController.class
})
public class AdminApiConfiguration {
  /** Not a bean of its own: the rest of the process may read JSON as it likes. */
  private static final JsonMapper JSON = AdminJson.mapper();

  @Bean
  ProblemWriter problemWriter() {
    return new ProblemWriter(JSON);
  }

  @Bean
  MergePatch mergePatch() {
    return new MergePatch(JSON);
  }

  @Bean
  AdminAudit adminAudit(Chronicle chronicle, Clock clock) {
    return new AdminAudit(chronicle, clock);
  }

  /** The second lock: requests of a tenant's admin get connections that are bound to the tenant. */
  @Bean
  static BeanPostProcessor scopedDataSource() {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof DataSource source ? new ScopedDataSource(source) : bean;
      }
    };
  }

  @Bean
  WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> unmappedRequests() {
    return factory ->
        factory.addContextCustomizers(
            context -> {
              if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(UnmappedRequest.class.getName());
              }
            });
  }

  /** Outside of everything, security included: what that refuses has a correlation id as well. */
  @Bean
  FilterRegistrationBean<RequestFrame> requestFrame(ProblemWriter problems) {
    FilterRegistrationBean<RequestFrame> frame =
        new FilterRegistrationBean<>(new RequestFrame(problems));
    frame.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
    return frame;
  }

  @Bean
  WebMvcConfigurer adminMvc(AdminAudit audit) {
    return new WebMvcConfigurer() {
      @Override
      public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new RoleCheck(audit)).order(Ordered.HIGHEST_PRECEDENCE);
      }

      @Override
      public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(new AdminRequestArgument());
      }

      @Override
      public void configureMessageConverters(HttpMessageConverters.ServerBuilder builder) {
        builder.withJsonConverter(new JacksonJsonHttpMessageConverter(JSON));
      }
    };
  }
}
