# The container image of the gateway. README.md, "In a container", says how it is run.
#
# Only COPY and metadata in the last stage: its base has no shell. The base images are arguments, for mirrors and pins by digest.
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=gcr.io/distroless/base-nossl-debian12

# The jar, its parts one beside the other (a class cache needs that), and a Java runtime with no more than it uses.
FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp -pl gateway-app -am package -DskipTests
RUN java -Djarmode=tools -jar gateway-app/target/quaymaster.jar extract --destination /opt/quaymaster \
    && mkdir /opt/quaymaster/sbom \
    && cp gateway-app/target/classes/META-INF/sbom/application.cdx.json /opt/quaymaster/sbom/quaymaster.cdx.json \
    # A container's database is another container's, or no container's at all.
    && rm /opt/quaymaster/lib/embedded-postgres-binaries-*.jar
# What jdeps finds in the jars (java.desktop has the beans that Spring reads), and the zip file system, which is looked up by name.
# Elliptic curves are in java.base; jdk.crypto.ec is empty.
RUN jlink --output /opt/jre --no-header-files --no-man-pages --add-modules \
java.base,java.compiler,java.desktop,java.instrument,java.management,java.naming,java.net.http,java.prefs,java.rmi,\
java.scripting,java.security.jgss,java.sql.rowset,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs

# The class cache: the gateway is started once, on the embedded PostgreSQL of the packaged jar, and stopped when it is ready.
# By a user, for PostgreSQL does not run as root.
FROM build AS train
RUN useradd --uid 10001 --user-group quaymaster && mkdir /data && chown quaymaster /opt/quaymaster /data
USER 10001
RUN ["bash", "/src/deploy/train.sh"]

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Quaymaster" \
      org.opencontainers.image.description="A multi-tenant SFTP and SCP gateway with exact quotas" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      io.quaymaster.sbom="/opt/quaymaster/sbom/quaymaster.cdx.json"
COPY --from=build /opt/jre /opt/jre
COPY --from=train /opt/quaymaster /opt/quaymaster
COPY --from=train --chown=10001:10001 /data /var/lib/quaymaster
ENV QUAYMASTER_DATA_DIR=/var/lib/quaymaster \
    QUAYMASTER_BIND=0.0.0.0 \
    LOGGING_STRUCTURED_FORMAT_CONSOLE=ecs
USER 10001:10001
WORKDIR /var/lib/quaymaster
VOLUME /var/lib/quaymaster
EXPOSE 2022 8080 8081
# Without the class cache: to map it costs more than this little loads.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["/opt/jre/bin/java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", "/opt/quaymaster/quaymaster.jar", "health"]
# What comes behind the image's name are the gateway's arguments: --demo, migrate, make-keys …
ENTRYPOINT ["/opt/jre/bin/java", "-XX:AOTCache=/opt/quaymaster/quaymaster.aot", "-Xlog:aot*=error", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "-jar", "/opt/quaymaster/quaymaster.jar"]
