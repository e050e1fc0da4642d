package io.quaymaster.chart;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A test of each set of values in {@code src/test/resources/values}, by name. */
@Target(METHOD)
@Retention(RUNTIME)
@ParameterizedTest
@ValueSource(
    strings = {
      "minimal",
      "own-disk",
      "shared-disk",
      "lent-disk",
      "buckets",
      "proxy-protocol",
      "tls",
      "everything"
    })
@interface EverySet {}
