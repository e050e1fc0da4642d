package io.quaymaster.ssh.cipher;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.Key;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Objects;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The JDK's own Poly1305, which has code in the processor's widest instructions. The JDK offers it
 * in the RFC's combination with ChaCha20 only, which is not OpenSSH's; so it is taken from inside,
 * for which the jar's manifest has {@code Add-Opens}. One thread.
 */
final class JdkPoly1305 implements Authenticator {
  private static final String ALGORITHM = "Poly1305";

  /** The JDK would refuse a key half of which is zero; the RFC does not. */
  private static final boolean CHECKS_KEY = false;

  /**
   * What is called inside the JDK. A record: the JIT then knows its parts, and compiles the calls
   * like any others.
   */
  private record Inside(
      MethodHandle create, MethodHandle init, MethodHandle update, MethodHandle finish) {}

  private static final @Nullable Inside INSIDE = inside();

  private final Object authenticator;

  private JdkPoly1305(Object authenticator) {
    this.authenticator = authenticator;
  }

  /** A new one; null where the JDK keeps it to itself. */
  static @Nullable JdkPoly1305 create() {
    if (INSIDE == null) {
      return null;
    }
    try {
      return new JdkPoly1305((Object) INSIDE.create.invokeExact(CHECKS_KEY));
    } catch (Throwable unexpected) {
      throw failure(unexpected);
    }
  }

  @Override
  public void init(byte[] key) {
    Key first = new SecretKeySpec(key, 0, KEY_BYTES, ALGORITHM);
    try {
      known().init.invokeExact(authenticator, first, (AlgorithmParameterSpec) null);
    } catch (Throwable unexpected) {
      throw failure(unexpected);
    }
  }

  @Override
  public void update(byte[] in, int offset, int length) {
    try {
      known().update.invokeExact(authenticator, in, offset, length);
    } catch (Throwable unexpected) {
      throw failure(unexpected);
    }
  }

  @Override
  public void finish(byte[] tag) {
    try {
      byte[] made = (byte[]) known().finish.invokeExact(authenticator);
      System.arraycopy(made, 0, tag, 0, TAG_BYTES);
    } catch (Throwable unexpected) {
      throw failure(unexpected);
    }
  }

  private static Inside known() {
    return Objects.requireNonNull(INSIDE);
  }

  private static IllegalStateException failure(Throwable unexpected) {
    return new IllegalStateException("the JDK's Poly1305 failed", unexpected);
  }

  private static @Nullable Inside inside() {
    try {
      Class<?> type = Class.forName("com.sun.crypto.provider.Poly1305");
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      return new Inside(
          lookup
              .findConstructor(type, MethodType.methodType(void.class, boolean.class))
              .asType(MethodType.methodType(Object.class, boolean.class)),
          method(lookup, "engineInit", void.class, Key.class, AlgorithmParameterSpec.class),
          method(lookup, "engineUpdate", void.class, byte[].class, int.class, int.class),
          method(lookup, "engineDoFinal", byte[].class));
    } catch (ReflectiveOperationException closed) {
      LoggerFactory.getLogger(JdkPoly1305.class)
          .warn(
              "ChaCha20-Poly1305 is slower than it could be: start with java -jar, or with"
                  + " --add-opens=java.base/com.sun.crypto.provider=ALL-UNNAMED ({})",
              closed.toString());
      return null;
    }
  }

  private static MethodHandle method(
      MethodHandles.Lookup lookup, String name, Class<?> returned, Class<?>... parameters)
      throws ReflectiveOperationException {
    MethodHandle found =
        lookup.findVirtual(lookup.lookupClass(), name, MethodType.methodType(returned, parameters));
    return found.asType(found.type().changeParameterType(0, Object.class));
  }
}
