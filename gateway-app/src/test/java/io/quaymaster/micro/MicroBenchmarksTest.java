package io.quaymaster.micro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** That the benchmarks still run. Measures nothing. */
class MicroBenchmarksTest {
  static List<Class<? extends MicroBenchmark>> all() {
    return MicroBenchmarks.ALL;
  }

  @Test
  void jmhTakesThem(@TempDir Path folder) {
    assertThatCode(() -> MicroBenchmarks.generate(folder)).doesNotThrowAnyException();
  }

  /** Each body, with each value of each parameter once. */
  @ParameterizedTest
  @MethodSource("all")
  void eachBodyRuns(Class<? extends MicroBenchmark> type) throws Exception {
    List<Method> bodies = methods(type, Benchmark.class).toList();
    assertThat(bodies).isNotEmpty();
    long rounds = parameters(type).mapToInt(field -> values(field).length).max().orElse(1);
    for (int round = 0; round < rounds; round++) {
      for (Method body : bodies) {
        runOnce(type, body, round);
      }
    }
  }

  private static void runOnce(Class<? extends MicroBenchmark> type, Method body, int round)
      throws Exception {
    Object benchmark = type.getConstructor().newInstance();
    for (Field field : parameters(type).toList()) {
      Object[] values = values(field);
      field.setAccessible(true);
      field.set(benchmark, values[round % values.length]);
    }
    callAll(Setup.class, benchmark);
    try {
      body.invoke(benchmark, states(body, benchmark));
    } finally {
      callAll(TearDown.class, benchmark);
    }
  }

  private static Stream<Method> methods(Class<?> type, Class<? extends Annotation> marked) {
    return Arrays.stream(type.getMethods()).filter(method -> method.isAnnotationPresent(marked));
  }

  private static Stream<Field> parameters(Class<?> type) {
    return Arrays.stream(type.getDeclaredFields())
        .filter(field -> field.isAnnotationPresent(Param.class));
  }

  private static Object[] values(Field parameter) {
    return parameter.getType().isEnum()
        ? parameter.getType().getEnumConstants()
        : Arrays.stream(parameter.getAnnotation(Param.class).value())
            .map(Integer::valueOf)
            .toArray();
  }

  /** What a body wants of each thread, set up with the benchmark. */
  private static Object[] states(Method body, Object benchmark) throws Exception {
    Object[] states = new Object[body.getParameterCount()];
    for (int i = 0; i < states.length; i++) {
      states[i] = body.getParameterTypes()[i].getConstructor().newInstance();
      callAll(Setup.class, states[i], benchmark);
    }
    return states;
  }

  private static void callAll(Class<? extends Annotation> marked, Object state, Object... arguments)
      throws Exception {
    for (Method method : methods(state.getClass(), marked).toList()) {
      method.invoke(state, arguments);
    }
  }
}
