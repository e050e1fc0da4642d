package io.quaymaster.storage.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The S3 server of the tests: s3proxy as a process of its own, which checks signatures (version 4),
 * checksums and conditions. {@code S3ServerTest} says what it does and what it does not.
 *
 * <p>With the system property {@code test.s3.endpoint} the shared server is a given one; {@code
 * test.s3.access} and {@code test.s3.secret} are its keys, and {@code test.s3.traits} lists which
 * components of {@link S3Traits} it has, for example {@code conditionalPut,exactListings}.
 *
 * <p>Threads: any.
 */
public final class S3Server implements AutoCloseable {
  /** Where a server of our own keeps objects. */
  public enum Backend {
    /**
     * In files of a temporary folder: for objects that are larger than memory. The last name of a
     * key has at most 218 bytes.
     */
    FILES("filesystem-nio2"),
    /** In its memory: for names of any length, and objects of some 100 MB together. */
    MEMORY("transient-nio2");

    private final String provider;

    Backend(String provider) {
      this.provider = provider;
    }
  }

  private static final String MEMORY_LIMIT = "-Xmx384m";

  /** Quick to start; with {@code -Dtest.s3.fast=true} as quick as it can be once it is warm. */
  private static final List<String> OPTIONS =
      Boolean.getBoolean("test.s3.fast")
          ? List.of("-Xmx1g", "-DLOG_LEVEL=info")
          : List.of(MEMORY_LIMIT, "-XX:TieredStopAtLevel=1", "-DLOG_LEVEL=info");

  private static final String REGION = "us-east-1";
  private static final Pattern ANNOUNCEMENT =
      Pattern.compile("Started \\S*ServerConnector\\S* \\S*\\{127\\.0\\.0\\.1:(\\d+)}");

  // Buckets of a given server outlive the JVM: their names must differ from the last run's.
  private static final String RUN = Long.toString(System.currentTimeMillis(), 36);
  private static final AtomicInteger BUCKETS = new AtomicInteger();

  private final @Nullable ServerProcess process;
  private final @Nullable Path folder;
  private final URI endpoint;
  private final String accessKey;
  private final String secretKey;
  private final S3Traits traits;
  private final S3Client client;

  private S3Server(@Nullable ServerProcess process, @Nullable Path folder, Given given) {
    this.process = process;
    this.folder = folder;
    this.endpoint = given.endpoint();
    this.accessKey = given.accessKey();
    this.secretKey = given.secretKey();
    this.traits = given.traits();
    this.client = client(endpoint);
  }

  /** A server that runs: where it is, who may use it, what it can do. */
  private record Given(URI endpoint, String accessKey, String secretKey, S3Traits traits) {}

  private static final Map<Backend, S3Server> SHARED = new ConcurrentHashMap<>();

  /** The one of this JVM, which lives as long; nobody closes it. Its objects are files. */
  public static S3Server shared() {
    return shared(Backend.FILES);
  }

  /** The one of this kind and JVM, which lives as long; nobody closes it. */
  public static S3Server shared(Backend backend) {
    return SHARED.computeIfAbsent(backend, S3Server::open);
  }

  private static S3Server open(Backend backend) {
    String endpoint = System.getProperty("test.s3.endpoint");
    S3Server server = endpoint == null ? start(backend) : given(URI.create(endpoint));
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "end of the S3 server"));
    return server;
  }

  /** A server of the caller's own, which the caller closes. */
  public static S3Server start(Backend backend) {
    try {
      Path folder = Files.createTempDirectory(ServerProcess.folder(), "s3proxy-");
      Path objects = Files.createDirectory(folder.resolve("objects"));
      Path settings = folder.resolve("s3proxy.conf");
      Files.write(
          settings,
          List.of(
              "s3proxy.endpoint=http://127.0.0.1:0",
              "s3proxy.authorization=aws-v4",
              "s3proxy.identity=access",
              "s3proxy.credential=secret",
              "jclouds.provider=" + backend.provider,
              "jclouds.filesystem.basedir=" + objects,
              "jclouds.identity=unused",
              "jclouds.credential=unused"));
      ServerProcess process =
          ServerProcess.start(
              "s3proxy.jar", OPTIONS, List.of("--properties", settings.toString()), ANNOUNCEMENT);
      return new S3Server(
          process, folder, new Given(process.endpoint(), "access", "secret", traitsOfS3Proxy()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static S3Server given(URI endpoint) {
    Set<String> has =
        Set.copyOf(Arrays.asList(System.getProperty("test.s3.traits", "").split(",")));
    S3Traits traits =
        new S3Traits(
            has.contains("checksums"),
            has.contains("conditionalPut"),
            has.contains("conditionalComplete"),
            has.contains("conditionalCopy"),
            has.contains("exactListings"));
    return new S3Server(
        null,
        null,
        new Given(
            endpoint,
            System.getProperty("test.s3.access", "access"),
            System.getProperty("test.s3.secret", "secret"),
            traits));
  }

  private static S3Traits traitsOfS3Proxy() {
    boolean conditionalCopy = false;
    return new S3Traits(true, true, true, conditionalCopy, true);
  }

  public URI endpoint() {
    return endpoint;
  }

  public String accessKey() {
    return accessKey;
  }

  public String secretKey() {
    return secretKey;
  }

  /** In what it differs from Amazon's. */
  public S3Traits traits() {
    return traits;
  }

  /** For a look behind the adapter's back; closed with the server. */
  public S3Client client() {
    return client;
  }

  /** The same, reached through something in between; the caller closes it. */
  public S3Client client(URI through) {
    return RawClients.to(through, accessKey, secretKey, traits.checksums()).build();
  }

  /** Makes an empty bucket that nobody else uses. */
  public String newBucket() {
    String bucket = "quay-" + RUN + "-" + BUCKETS.incrementAndGet();
    client.createBucket(request -> request.bucket(bucket));
    return bucket;
  }

  /** Of a store in a bucket of this server. */
  public S3Settings settings(String bucket, String prefix) {
    return settings(bucket, prefix, endpoint);
  }

  /** The same, reached through a {@link FaultProxy} or something else in between. */
  public S3Settings settings(String bucket, String prefix, URI through) {
    return new S3Settings(
        bucket,
        prefix,
        REGION,
        through,
        true,
        new S3Credentials.StaticKeys(accessKey, secretKey),
        new S3Settings.Encryption.BucketDefault(),
        null,
        traits);
  }

  /** Ends the process and removes all objects, if they are this server's own. */
  @Override
  public void close() {
    client.close();
    if (process != null) {
      process.close();
    }
    if (folder != null) {
      ServerProcess.remove(folder);
    }
  }
}
