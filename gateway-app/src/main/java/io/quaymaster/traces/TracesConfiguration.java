package io.quaymaster.traces;

import io.quaymaster.process.ProcessId;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** Traces, if a collector is named; else there is nothing of all this. */
@Configuration(proxyBeanMethods = false)
@Conditional(TracesWanted.class)
public class TracesConfiguration {
  /** Closed after everything that tells it something. */
  @Bean
  Traces traces(ProcessId process) {
    return new Traces(process.id());
  }

  @Bean
  ChronicleTracing chronicleTracing(Traces traces) {
    return chronicle -> new TracedChronicle(chronicle, traces.tracer());
  }

  /** Outside of everything, so that requests which are refused are seen too. */
  @Bean
  FilterRegistrationBean<TracedRequests> tracedRequests(Traces traces) {
    FilterRegistrationBean<TracedRequests> filter =
        new FilterRegistrationBean<>(
            new TracedRequests(
                traces.tracer(), traces.sdk().getPropagators().getTextMapPropagator()));
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 5);
    return filter;
  }
}
